"""libredraw.so from Python: pictures, events, cancellation, plans and errors, through examples/embed.py.

    python3 tests/c_interface/c_interface_test.py LIBREDRAW.SO REDRAW
"""
import json
import os
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "examples"))
import embed  # noqa: E402

DRAWING_PATH = SOURCE / "examples" / "fire-drawing.png"
DRAWING = DRAWING_PATH.read_bytes()
# Two executed steps on small latents: the least that goes the whole way and has an order.
SMALL = {"prompt": "fire", "init": "drawing", "strength": 0.5, "steps": 4, "seed": 7, "width": 64, "height": 64}
LONG = dict(SMALL, strength=1, steps=900)  # ended by a cancellation only
TIMEOUT_S = 300  # ends a test that hangs; asserts nothing

library = None
program = None


def in_thread(function):
    thread = threading.Thread(target=function)
    thread.start()
    return thread


class CInterface(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.engine = embed.Engine(library, threads=1)
        cls.addClassCleanup(cls.engine.__exit__)

    def run_of(self, request, on_event=None, pictures=None):
        run = embed.Run(library, request, {"drawing": DRAWING} if pictures is None else pictures, on_event)
        self.addCleanup(run.__exit__)
        return run

    def make(self, request, engine=None, **options):
        run = self.run_of(request, **options)
        self.assertEqual(run.execute(engine or self.engine), embed.OK)
        return run

    def by_program(self, *arguments):
        """The files that `redraw img2img` writes for SMALL, in the order of their names."""
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([program, "img2img", DRAWING_PATH, "fire", "--strength", "0.5", "--steps", "4", "--seed", "7",
                            "--width", "64", "--height", "64", "--threads", "1", "--outdir", folder, "--quiet",
                            *arguments], check=True, timeout=TIMEOUT_S)
            return [path.read_bytes() for path in sorted(Path(folder).iterdir())]

    def assert_refused(self, code, part, function):
        with self.assertRaises(embed.Error) as caught:
            function()
        self.assertEqual((caught.exception.code, part in str(caught.exception)), (code, True), str(caught.exception))

    # ---- pictures ----

    def test_a_picture_has_the_bytes_that_the_program_writes(self):
        request = dict(SMALL, init="fire-drawing.png")
        run = self.make(request, pictures={"fire-drawing.png": DRAWING})
        self.assertEqual(run.pictures(), self.by_program())
        result = run.result()
        self.assertFalse(result["cancelled"])
        self.assertEqual([(p["tag"], p["width"], p["height"], p["seed"], p["steps_run"]) for p in result["pictures"]],
                         [("", 64, 64, 7, 2)])

    def test_several_pictures_and_those_besides_them_keep_their_order(self):
        run = self.make(dict(SMALL, images=2, step_strip=True))
        self.assertEqual([p["tag"] for p in run.result()["pictures"]], ["", "steps", "", "steps"])
        self.assertEqual([p["seed"] for p in run.result()["pictures"] if p["tag"] == ""], [7, 8])
        self.assertEqual(len(set(run.pictures())), 4)
        self.assertEqual(run.pictures()[0], self.make(SMALL).pictures()[0])

    # ---- events ----

    def test_events_come_in_order(self):
        events = []
        self.make(SMALL, on_event=events.append)
        kinds = [event["event"] for event in events]
        self.assertEqual([e["index"] for e in events if e["event"] == "step"], [0, 1])
        self.assertEqual([e["count"] for e in events if e["event"] == "step"], [2, 2])
        self.assertEqual(kinds.count("plan"), 1)
        self.assertLess(kinds.index("plan"), kinds.index("step"))
        self.assertEqual(events[kinds.index("plan")]["plan"]["steps_run"], 2)
        picture = events[kinds.index("picture")]
        self.assertEqual((picture["index"], picture["seed"]), (0, 7))
        self.assertLess(len(kinds) - 1 - kinds[::-1].index("step"), kinds.index("picture"))
        begun, order = [], []  # every phase that begins ends, and the parts come in their order
        for event in [event for event in events if event["event"] == "phase"]:
            if event["is_end"]:
                self.assertEqual(begun.pop(), event["phase"])
                self.assertGreaterEqual(event["seconds"], 0)
            else:
                begun.append(event["phase"])
                order += [event["phase"]] if event["phase"] not in order else []
        self.assertEqual((begun, order), ([], ["load", "text", "encode", "denoise", "decode"]))
        denoise = [i for i, event in enumerate(events) if event.get("phase") == "denoise"]
        steps = [i for i, kind in enumerate(kinds) if kind == "step"]
        self.assertEqual(sorted(denoise + steps), [denoise[0], *steps, denoise[1]])

    def test_a_preview_is_the_picture_after_its_step(self):
        previews = []
        run = self.run_of(SMALL, lambda e: e["event"] == "step" and previews.append(run.preview()))
        run.execute(self.engine)
        self.assertEqual([preview[:8] for preview in previews], [b"\x89PNG\r\n\x1a\n"] * 2)
        self.assertNotEqual(previews[0], previews[1])
        self.assert_refused("usage", "during an event", run.preview)

    def test_a_preview_of_a_picture_that_is_not_there(self):
        refused = []

        def ask(event):
            if event["event"] == "step":
                with self.assertRaises(embed.Error) as caught:
                    run.preview(1)
                refused.append(caught.exception.code)

        run = self.run_of(SMALL, ask)
        run.execute(self.engine)
        self.assertEqual(refused, ["out_of_range"] * 2)

    # ---- cancellation ----

    def test_a_run_is_cancelled_from_another_thread_and_the_next_one_is_whole(self):
        before = self.make(SMALL).pictures()
        stepped = threading.Event()
        steps = []

        def on_event(event):
            if event["event"] == "step":
                steps.append(event["index"])
                stepped.set()

        run = self.run_of(LONG, on_event)
        canceller = in_thread(lambda: (stepped.wait(TIMEOUT_S), run.cancel()))
        try:
            status = run.execute(self.engine)
        finally:
            stepped.set()
            canceller.join()
        self.assertEqual(status, embed.CANCELLED)
        self.assertEqual((run.pictures(), run.result()), ([], {"cancelled": True, "pictures": []}))
        self.assertLess(len(steps), 900)
        self.assertEqual(self.make(SMALL).pictures(), before)

    def test_a_run_that_was_cancelled_before_ends_at_once(self):
        events = []
        run = self.run_of(LONG, events.append)
        run.cancel()
        self.assertEqual(run.execute(self.engine), embed.CANCELLED)
        self.assertNotIn("step", [event["event"] for event in events])

    def test_of_three_runs_on_one_engine_the_cancelled_one_alone_ends(self):
        alone = self.make(SMALL).pictures()
        is_on, may_go_on = threading.Event(), threading.Event()

        def hold(event):
            if event["event"] == "step" and not is_on.is_set():
                is_on.set()
                may_go_on.wait(TIMEOUT_S)

        of_third = []
        first, second = self.run_of(SMALL, hold), self.run_of(LONG)
        third = self.run_of(SMALL, of_third.append)
        status = {}
        threads = [in_thread(lambda: status.update(first=first.execute(self.engine)))]
        self.assertTrue(is_on.wait(TIMEOUT_S))
        threads.append(in_thread(lambda: status.update(third=third.execute(self.engine))))
        second_thread = in_thread(lambda: status.update(second=second.execute(self.engine)))
        second.cancel()
        second_thread.join(TIMEOUT_S)  # while the first is held, so it does not wait for its turn
        told = len(of_third)
        may_go_on.set()
        for thread in threads:
            thread.join(TIMEOUT_S)
        self.assertEqual((list(status)[0], told), ("second", 0))
        self.assertEqual(status, {"first": embed.OK, "second": embed.CANCELLED, "third": embed.OK})
        self.assertEqual((first.pictures(), second.pictures(), third.pictures()), (alone, [], alone))

    def test_a_run_within_a_run_of_the_same_engine_is_refused(self):
        codes = []

        def on_event(event):
            if event["event"] == "step":
                with self.assertRaises(embed.Error) as caught:
                    self.run_of(SMALL).execute(self.engine)
                codes.append(caught.exception.code)

        self.make(SMALL, on_event=on_event)
        self.assertEqual(codes, ["usage"] * 2)

    # ---- plans ----

    def test_a_plan_is_what_the_program_prints(self):
        printed = subprocess.run([program, "plan", "--steps", "4", "--strength", "0.5", "--json"], check=True,
                                 capture_output=True, timeout=TIMEOUT_S).stdout
        self.assertEqual(library.plan({"steps": 4, "strength": 0.5}), json.loads(printed))
        self.assertEqual(library.plan(SMALL, self.engine)["steps_run"], 2)
        self.assertEqual(library.plan({"steps": 4})["from_picture"], False)
        self.assertEqual(library.plan({"steps": 4, "init": "not given"})["from_picture"], True)

    def test_plans_from_two_threads_while_a_run_is_on(self):
        requests = [dict(SMALL, steps=steps) for steps in (8, 20, 30)]
        expected = [library.plan(request) for request in requests]
        plans = {0: [], 1: []}

        def plan(thread):
            for request in requests * 3:
                plans[thread].append(library.plan(request, self.engine if thread else None))

        def on_event(event):
            if event["event"] == "step" and not plans[0]:
                for thread in [in_thread(lambda: plan(0)), in_thread(lambda: plan(1))]:
                    thread.join(TIMEOUT_S)  # the run goes on when they are done: a plan that waited for it would hang

        self.make(SMALL, on_event=on_event)
        self.assertEqual(plans, {0: expected * 3, 1: expected * 3})

    # ---- errors ----

    def test_a_bad_request_gives_its_code_and_a_message(self):
        for request, code, part in BAD_REQUESTS:
            with self.subTest(request):
                run = self.run_of(request)
                self.assert_refused(code, part, lambda: run.execute(self.engine))
                self.assertEqual((run.pictures(), run.result()), ([], {"cancelled": False, "pictures": []}))
                if request.get("init") == "drawing":  # a plan names the pictures as it likes
                    self.assert_refused(code, part, lambda: library.plan(request))

    def test_text_that_is_no_request(self):
        for text, code in [(b"", "json_malformed"), (b"[]", "json_malformed"), (b"{\"prompt\": ", "json_malformed"),
                           (b"{\"prompt\": \"\xff\"}", "json_malformed")]:
            with self.subTest(text):
                run = library.require(library.redraw_run_create(text))
                self.addCleanup(library.redraw_run_destroy, run)
                self.assertEqual(library.redraw_run_execute(run, self.engine.handle), embed.FAILED)
                self.assertEqual(library.error().code, code)

    def test_options_are_checked(self):
        for options, code, part in [({"thraeds": 1}, "unknown_field", "did you mean 'threads'"),
                                    ({"threads": -1}, "out_of_range", "threads is -1"),
                                    ({"allow_files": "yes"}, "json_wrong_type", "allow_files")]:
            with self.subTest(options):
                self.assert_refused(code, part, lambda options=options: embed.Engine(library, **options))

    def test_a_missing_model_in_the_box_is_said_where_it_was_sought(self):
        with tempfile.TemporaryDirectory() as folder, embed.Engine(library, data_folder=folder) as engine:
            self.assert_refused("file_not_found", folder + "/models/emoji-128",
                                lambda: self.run_of(SMALL).execute(engine))
            self.assert_refused("file_not_found", folder + "/models/emoji-128",
                                lambda: library.plan({"steps": 4}, engine))

    def test_null_is_an_error_and_not_the_end(self):
        size = embed.SIZE()
        run = self.run_of(SMALL)
        for failing in [lambda: library.redraw_run_create(None), lambda: library.redraw_plan(None, None),
                        lambda: library.redraw_run_execute(None, self.engine.handle) != embed.FAILED,
                        lambda: library.redraw_run_execute(run.handle, None) != embed.FAILED,
                        lambda: library.redraw_run_add_picture(run.handle, None, b"x", 1) != embed.FAILED,
                        lambda: library.redraw_run_add_picture(run.handle, b"x", None, 1) != embed.FAILED,
                        lambda: library.redraw_run_picture(None, 0, size), lambda: library.redraw_run_result(None)]:
            self.assertFalse(failing())
            self.assertEqual((library.error().code, "is NULL" in str(library.error())), ("usage", True))
        for allowed in ["redraw_destroy", "redraw_run_destroy", "redraw_run_cancel", "redraw_free"]:
            getattr(library, allowed)(None)

    def test_a_run_is_executed_once_and_asked_afterwards(self):
        run = self.run_of(SMALL)
        self.assert_refused("usage", "not over", run.result)
        run.execute(self.engine)
        self.assert_refused("usage", "executed before", lambda: run.execute(self.engine))
        self.assert_refused("out_of_range", "1 pictures", lambda: library.bytes_of(
            library.redraw_run_picture, run.handle, 1))

    def test_a_picture_is_given_once_by_one_name(self):
        self.assertEqual(library.redraw_run_add_picture(self.run_of(SMALL).handle, b"drawing", b"x", 1), embed.FAILED)
        self.assertIn("'drawing'", str(library.error()))

    def test_the_last_error_is_of_its_thread(self):
        self.assert_refused("unknown_field", "stepz", lambda: library.plan({"stepz": 1}))
        other = []

        def fail():
            other.append(library.error().code)
            library.redraw_plan(None, b"{")
            other.append(library.error().code)

        in_thread(fail).join()
        self.assertEqual(other, ["", "json_malformed"])
        self.assertEqual(library.error().code, "unknown_field")

    # ---- files ----

    def test_a_request_opens_no_file_unless_the_engine_allows_it(self):
        path = str(DRAWING_PATH)
        with embed.Engine(library, threads=1, allow_files=True) as allowing:
            run = self.make(dict(SMALL, init=path), engine=allowing, pictures={})
            self.assertEqual(run.pictures(), self.by_program())
        model = str(SOURCE / "models" / "emoji-128")
        for field, value in [("init", path), ("init_color", path), ("model", model), ("model", "models/emoji-128"),
                             ("vae", model), ("preview_vae", model), ("model_config", model)]:
            with self.subTest(field):
                run = self.run_of(dict(SMALL, **{field: value}))
                self.assert_refused("usage", field, lambda run=run: run.execute(self.engine))

    # ---- handles ----

    def test_handles_give_back_what_they_held(self):
        def once():
            with embed.Engine(library, threads=1) as engine:
                for request in (SMALL, dict(SMALL, steps=0)):
                    with embed.Run(library, request, {"drawing": DRAWING, "large": bytes(20 << 20)}) as run:
                        try:
                            run.execute(engine)
                        except embed.Error:
                            pass
                library.plan(SMALL)

        def memory_mib():
            status = Path("/proc/self/status").read_text()
            return int(status.split("VmRSS:")[1].split()[0]) >> 10

        once()
        files, memory = len(os.listdir("/proc/self/fd")), memory_mib()
        for _ in range(20):  # 800 MiB of pictures, were they kept
            once()
        self.assertEqual(len(os.listdir("/proc/self/fd")), files)
        self.assertLess(memory_mib(), memory + 200)


BAD_REQUESTS = [
    (dict(SMALL, steps=0), "out_of_range", "steps"),
    (dict(SMALL, strength=1.5), "out_of_range", "strength"),
    (dict(SMALL, sampler="eular"), "unknown_name", "euler"),
    (dict(SMALL, promt="x"), "unknown_field", "did you mean 'prompt'"),
    (dict(SMALL, init="other"), "usage", "'other'"),
    (dict(SMALL, model="no-such-model"), "model_unknown", "no-such-model"),
]

if __name__ == "__main__":
    library, program = embed.Library(sys.argv.pop(1)), sys.argv.pop(1)
    unittest.main()
