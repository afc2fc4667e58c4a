"""What is said on which stream, on a terminal and off it, and what signals do."""
import json
import os
import pty
import re
import signal
import subprocess
import time

import harness
from harness import DRAWING, EndToEndTest


class Streams(EndToEndTest):
    def test_quiet_says_nothing(self):
        result = self.img2img("--quiet")
        self.assert_succeeds(result)
        self.assertEqual((result.stdout, result.stderr), ("", ""))
        self.assertEqual(self.files(), ["000001.7.png"])

    def test_json_is_one_line_on_stdout_and_the_rest_goes_to_stderr(self):
        result = self.img2img("--json", "--step-strip")
        self.assert_succeeds(result)
        self.assertEqual(len(result.stdout.splitlines()), 1, result.stdout)
        line = json.loads(result.stdout)
        self.assertEqual(line["file"], str(self.outdir / "000001.7.png"))
        self.assertEqual(line["extras"], [str(self.outdir / "000001.7.steps.png")])
        self.assertEqual((line["width"], line["height"], line["seed"], line["steps_run"]), (64, 64, 7, 1))
        self.assertIn("running 1 of 2", result.stderr)

    def test_json_and_quiet_together_leave_the_one_line(self):
        result = self.img2img("--json", "--quiet")
        self.assert_succeeds(result)
        self.assertEqual(result.stderr, "")
        self.assertTrue(os.path.exists(json.loads(result.stdout)["file"]))

    def test_piped_output_has_plain_lines(self):
        result = self.img2img("--steps", "10", "--strength", "0.7")
        self.assert_succeeds(result)
        self.assertEqual(result.stderr, "")
        steps = [line.split("  ")[0] for line in result.stdout.splitlines() if line.startswith("step ")]
        self.assertEqual(steps, [f"step {number}/7" for number in range(1, 8)])
        self.assertNotRegex(result.stdout, "[\x1b\r]")

    def test_a_terminal_gets_a_bar(self):
        reader, writer = pty.openpty()
        command = [harness.program, "img2img", DRAWING, "fire", "--outdir", self.outdir, *harness.SMALL]
        with subprocess.Popen(command, stdout=writer, stderr=writer) as process:
            os.close(writer)
            shown = b""
            while True:
                try:
                    part = os.read(reader, 4096)
                except OSError:  # Linux: the other end is closed
                    break
                if not part:
                    break
                shown += part
        os.close(reader)
        self.assertEqual(process.returncode, 0, shown)
        text = shown.decode()
        self.assertRegex(text, "\r█+ step 1/1  .* a step, .* left\x1b\\[K")
        self.assertNotIn("step 1/1  t=", text)


class Help(EndToEndTest):
    COMMANDS = {
        "img2img": ["PICTURE", "PROMPT", "--steps", "--sampler", "--model", "--threads", "--json"],
        "txt2img": ["PROMPT", "--steps", "--sampler", "--model", "--threads", "--json"],
        "sweep": ["PICTURE", "PROMPT", "--steps", "--strength", "--sampler", "--model", "--threads", "--json"],
        "plan": ["--steps", "--strength", "--sampler", "--model", "--json", "--png"],
        "samplers": ["--json"],
        "schedules": ["--json"],
        "fields": ["--json", "--schema"],
        "selftest": ["--json"],
        "bench": ["--steps", "--sampler", "--model", "--threads"],
        "metadata": ["FILE", "--json"],
        "rerun": ["FILE", "--init", "--init-color", "--model", "--vae", "--model-config", "--outdir", "--threads", "--json"],
        "models": ["add", "list", "info", "remove", "scan", "verify", "default", "rebuild", "inspect", "convert"],
    }

    def test_version_is_printed_without_loading_anything(self):
        start = time.monotonic()
        result = self.run_redraw("--version")
        elapsed_s = time.monotonic() - start
        self.assert_succeeds(result)
        self.assertRegex(result.stdout, r"^redraw \d+\.\d+\.\d+\n$")
        self.assertLess(elapsed_s, 2)  # takes hundredths of a second; the rest is for sanitizers and busy machines

    def test_help_names_every_command_and_option(self):
        result = self.run_redraw("--help")
        self.assert_succeeds(result)
        commands = re.findall(r"^  (\w+) {4,}", result.stdout, re.MULTILINE)
        self.assertEqual(commands, list(self.COMMANDS))
        for command, options in self.COMMANDS.items():
            result = self.run_redraw(command, "--help")
            self.assert_succeeds(result)
            for option in [*options, "--help"]:
                self.assertIn(option, result.stdout)
        self.assertIn("--strength", self.run_redraw("img2img", "--help").stdout)
        self.assertNotIn("--strength", self.run_redraw("txt2img", "--help").stdout)

    def test_a_command_without_arguments_shows_a_short_help(self):
        cases = [([], "a command is needed: img2img", ["img2img", "txt2img", "sweep", "models"]),
                 (["img2img"], "img2img needs PICTURE and PROMPT", ["--strength", "--steps", "--seed", "--model"]),
                 (["img2img", "x.png"], "img2img needs PICTURE and PROMPT", ["--strength"]),
                 (["txt2img"], "txt2img needs PROMPT", ["--steps", "--seed", "--model"]),
                 (["sweep"], "sweep needs PICTURE and PROMPT", ["--strength", "--steps", "--cfg-scale"]),
                 (["models"], "a command is needed: add", ["add", "list", "scan", "default"])]
        for arguments, message, most_used in cases:
            with self.subTest(arguments):
                result = self.run_redraw(*arguments)
                self.assertEqual(result.returncode, 2)
                self.assertEqual(result.stdout, "")
                name = " ".join(["redraw", *arguments[:1]])
                lines = result.stderr.splitlines()
                self.assertTrue(lines[0].startswith(f"redraw: {message}"), lines[0])
                self.assertTrue(lines[0].endswith(f"; see {name} --help"), lines[0])
                self.assertLess(len(lines), 30)
                self.assertLessEqual(max(map(len, lines[1:])), 100)
                self.assertTrue(lines[2].startswith(f"Usage: {name} "), lines[2])
                for word in most_used:
                    self.assertRegex(result.stderr, rf"\n  (-\w,)?{word} ")
                self.assertRegex(result.stderr, rf"\nFor example:\n  {name} ")
                self.assertRegex(lines[-1], rf"^{name} --help lists all (options|commands)\.$")

    def test_an_unknown_command_names_the_nearest(self):
        for word, nearest in [("img2imgs", "img2img"), ("swep", "sweep")]:
            result = self.run_redraw(word)
            self.assertEqual(result.returncode, 2)
            self.assertTrue(result.stderr.startswith(f"redraw: unknown argument '{word}'; did you mean '{nearest}'?"),
                            result.stderr)

    def test_a_program_gets_the_error_alone(self):
        for arguments in [["img2img"], ["models"], []]:
            result = self.run_redraw(*arguments, "--json")
            self.assertEqual(result.returncode, 2)
            self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)

    def test_other_mistakes_show_no_help(self):
        for arguments in [["img2img", "x.png", "fire", "--stength", "1"], ["models", "add"], ["txt2img", "a", "b"]]:
            result = self.run_redraw(*arguments)
            self.assertEqual(result.returncode, 2)
            self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)

    def test_the_help_calls_arguments_as_people_do(self):
        help_text = self.run_redraw("img2img", "--help").stdout
        self.assertIn("\nUsage: redraw img2img PICTURE PROMPT [OPTIONS]\n", help_text)
        self.assertRegex(help_text, r"\n  PICTURE +the picture to start from")
        self.assertIn("\n  -I,--init,--init-img PICTURE\n", help_text)
        self.assertEqual(help_text.count("the picture to start from"), 1)
        self.assertNotIn("\n\n\n", help_text)
        self.assertNotRegex(help_text, r"--\w+_")
        self.assertLessEqual(max(map(len, help_text.splitlines())), 100)


class Plan(EndToEndTest):
    # steps, strength, steps run: int(steps * strength), as diffusers and InvokeAI count
    CASES = [(10, "0.7", 7), (10, "0.4", 4), (50, "0.4", 20), (30, "0.7", 21), (10, "1", 10)]

    def test_the_plan_is_stated_before_the_first_step(self):
        for steps, strength, run in self.CASES:
            with self.subTest(steps=steps, strength=strength):
                line = self.plan(steps, strength)
                self.assertTrue(
                    line.startswith(f"strength {strength} x {steps} steps: running {run} of {steps}, from t="), line)
                self.assertIn("sigma=", line)
                self.assertIn("sampler ddim (model), guidance 4 (model)", line)

    def plan(self, steps, strength):
        """The plan's line; the run is ended there."""
        command = [harness.program, "img2img", DRAWING, "fire", "--outdir", self.outdir, "--steps", str(steps),
                   "--strength", strength, "--threads", "1", "--seed", "7"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                for line in process.stdout:
                    self.assertFalse(line.startswith("step "), line)
                    if line.startswith("strength "):
                        return line
            finally:
                process.kill()
        self.fail("no plan was printed")


class Signals(EndToEndTest):
    def test_interrupt_ends_in_every_part_of_a_run_and_leaves_no_file(self):
        """One step of 640x640: each part takes so long that it would be done with, had it not been asked within."""
        for after in ["drawing ", "strength ", "step 1/1"]:  # in loading, in encoding or the step, in decoding
            for number in [signal.SIGINT, signal.SIGTERM]:
                with self.subTest(after=after, signal=number):
                    said = self.end_after(after, number, "--width", "640", "--height", "640", "--exact-steps",
                                          "--steps", "1")
                    self.assertRegex(said, r"stopped after [01] steps; nothing was written")
                    self.assertIn("stopping; Ctrl-C again ends redraw at once", said)
                    self.assertEqual(self.files(), [])

    def test_interrupt_between_steps_says_how_many_there_were(self):
        said = self.end_after("step 2/500", signal.SIGINT, "--steps", "500", "--strength", "1")
        # Those that were under way or already printed when the signal arrived; 500 would take far longer.
        self.assertLessEqual(said.count("step "), 5, said)
        self.assertRegex(said, r"stopped after \d+ steps; nothing was written")
        self.assertEqual(self.files(), [])

    def test_pictures_made_before_are_kept_and_counted(self):
        command = ["--width", "64", "--height", "64", "--exact-steps", "--steps", "1", "--images", "1000"]
        said = self.end_after("wrote ", signal.SIGINT, *command)
        kept = len(self.files())
        self.assertGreaterEqual(kept, 1)
        self.assertRegex(said, f"the {kept} pictures before it are kept" if kept > 1 else "the picture before it is kept")

    def test_json_says_that_it_was_cancelled(self):
        said = self.end_after("step 2/500", signal.SIGTERM, "--steps", "500", "--strength", "1", "--json")
        line = next(line for line in said.splitlines() if line.startswith("{"))
        self.assertEqual((json.loads(line)["cancelled"], json.loads(line)["kept"]), (True, 0))

    def test_a_picture_that_was_finished_is_kept_and_the_status_says_stopped_all_the_same(self):
        """The signal comes when the picture is there and its line is still to be printed."""
        for options, words in [([], "stopped; the picture was finished and is kept"),
                               (["--json"], '\n{"cancelled":true,"steps_run":0,"kept":1}\n'),
                               (["--images", "2"], "stopped after 0 steps; the picture before it is kept")]:
            with self.subTest(options=options):
                outdir = self.folder / f"late{options}"
                command = ["img2img", DRAWING, "fire", "--outdir", outdir, "--threads", "1", "--seed", "7", "--width",
                           "640", "--height", "640", "--exact-steps", "--steps", "1", *options]
                said = self.interrupt_late(command, "step 1/1", lambda: "000001.7.png" in self.files(outdir))
                self.assertRegex(said, r"wrote .*000001\.7\.png")
                self.assertIn(words, said)
                self.assertEqual(self.files(outdir), ["000001.7.png"])

    def test_a_sweep_begins_no_sheet_and_keeps_one_that_it_began(self):
        command = ["sweep", DRAWING, "fire", "--outdir", self.outdir, "--threads", "1", "--seed", "7", "--width", "640",
                   "--height", "640", "--exact-steps", "--steps", "1", "--cfg-scale", "1,2"]
        said = self.interrupt_late(command, "step 1/1", lambda: "000002.7.png" in self.files(), skipped=1)
        self.assertIn("stopped; 2 of 2 pictures are there, the same command into", said)
        self.assertIn("makes the sheet", said)
        self.assertFalse([name for name in self.files() if name.startswith("sheet")], said)

        said = self.interrupt_late(command, None, lambda: [n for n in self.files() if n.startswith("sheet")])
        self.assertIn("stopped; all 2 pictures and the sheet are there", said)
        self.assert_succeeds(self.run_redraw(*command))

    def interrupt_late(self, command, text, is_there, skipped=0):
        """Reads until a line begins with the text, then has the program wait in its next line: its pipe is full. Sends
        the signal once is_there() says so; the run must end with 130. Returns what it said after that line."""
        reader, writer = os.pipe()
        with subprocess.Popen([harness.program, *map(str, command)], stdout=writer, stderr=writer) as process, \
                open(reader, "rb", buffering=0) as said:
            try:
                line = b""
                while text is not None:
                    byte = said.read(1)
                    self.assertTrue(byte, "it ended before")
                    line += byte
                    if byte != b"\n":
                        continue
                    if line.decode().startswith(text):
                        if skipped == 0:
                            break
                        skipped -= 1
                    line = b""
                filler = os.open(f"/proc/self/fd/{writer}", os.O_WRONLY | os.O_NONBLOCK)  # an end of its own
                os.close(writer)
                for size in (4096, 1):
                    try:
                        while True:
                            os.write(filler, b"\n" * size)
                    except BlockingIOError:
                        pass
                os.close(filler)
                deadline = time.monotonic() + harness.TIMEOUT_S
                while not is_there() and process.poll() is None and time.monotonic() < deadline:
                    time.sleep(0.01)
                process.send_signal(signal.SIGINT)
                rest = said.read().lstrip(b"\n")
                status = process.wait(harness.TIMEOUT_S)
            finally:
                process.kill()
        self.assertEqual(status, 130, rest)
        return rest.decode()

    def end_after(self, text, number, *arguments):
        """Sends the signal when a line begins with the text. The run must end with 130; returns what it said then."""
        command = [harness.program, "img2img", DRAWING, "fire", "--outdir", self.outdir, "--threads", "1", "--seed",
                   "7", *arguments]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
            try:
                for line in process.stdout:
                    if line.startswith(text):
                        process.send_signal(number)
                        break
                rest = process.stdout.read()
                status = process.wait(harness.TIMEOUT_S)
            finally:
                process.kill()
        self.assertEqual(status, 130, rest)
        return rest


if __name__ == "__main__":
    harness.main()
