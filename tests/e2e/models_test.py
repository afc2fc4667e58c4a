"""The list of models: `redraw models`, and --model NAME wherever a model is taken."""
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import harness
from harness import SOURCE, EndToEndTest

TINY = SOURCE / "build" / "checkpoints" / "tiny-sd15"  # made by scripts/make-test-models
RUN = ["--steps", "2", "--width", "64", "--height", "64", "--threads", "1", "--seed", "7", "--quiet"]
# A Stable Diffusion 1 in 158 kB (tools/make_smallest_model.py).
SMALLEST = Path(SOURCE, "tests/data/models/smallest-sd1.safetensors").read_bytes()


class ModelsTest(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.root = self.folder / "data" / "redraw"
        self.home = Path(os.path.realpath(self.folder))  # as the program prints it

    def tiny(self, name):
        """A folder of links to the tiny model."""
        shutil.copytree(TINY, self.folder / name, copy_function=os.symlink)
        return self.home / name

    def weights(self, name, content=b"a"):
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(SMALLEST[:-len(content)] + content)
        return path

    def models(self, *arguments):
        """Runs `redraw models` to success; its standard output."""
        result = self.run_redraw("models", *arguments)
        self.assert_succeeds(result)
        self.assertEqual(result.stderr, "")
        return result.stdout

    def json(self, *arguments):
        line, = self.models(*arguments, "--json").splitlines()
        return json.loads(line)

    def refused(self, status, code, *arguments):
        """The message of a command that is refused."""
        result = self.run_redraw(*arguments, "--json")
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        error = json.loads(result.stdout)["error"]
        self.assertEqual(error["code"], code, error)
        self.assertEqual(result.stderr, "redraw: " + error["message"] + "\n")
        return error["message"]

    def names(self):
        return [model["name"] for model in self.json("list")["models"] if not model["is_in_box"]]

    def txt2img(self, *arguments):
        """The bytes of the picture that a small run makes."""
        outdir = self.folder / f"out-{time.monotonic_ns()}"
        self.assert_succeeds(self.run_redraw("txt2img", "a fire", "--outdir", outdir, *RUN, *arguments))
        picture, = outdir.iterdir()
        return picture.read_bytes()


class Commands(ModelsTest):
    def test_without_a_list_the_model_in_the_box_is_the_default(self):
        lines = self.models("list").splitlines()
        self.assertEqual([line.split()[:2] for line in lines], [["name", "is"], ["emoji-128", "default"]])
        self.assertEqual(self.json("default")["default"], "emoji-128")
        self.assertRegex(self.models("info", "emoji-128"), r"kind +diffusers folder")
        self.assertFalse(self.root.exists(), "looking makes nothing")

    def test_add_list_info_remove(self):
        model = self.tiny("my model")
        self.assertEqual(self.models("add", "my model"),
                         f"added my model: {model} (Stable Diffusion 1, safetensors, 35.8 MB); "
                         "it stays where it is\n")
        self.weights("w.safetensors")
        self.assertEqual(self.json("add", "w.safetensors", "--name", "W")["model"]["family"], "Stable Diffusion 1")
        self.assertEqual(self.names(), ["my model", "W"])
        row, = [line for line in self.models("list").splitlines() if line.startswith("my model")]
        self.assertTrue(row.endswith(str(model)), row)
        info = self.json("info", "MY MODEL")["model"]
        self.assertEqual((info["path"], info["kind"], info["prediction_type"], info["state"]),
                         (str(model), "folder", "epsilon", "unchanged"))
        self.assertIn("not computed yet", self.models("info", "my model"))
        self.assertEqual(self.models("remove", "w"),
                         f"forgot W; its files were not touched: {self.home / 'w.safetensors'}\n")
        self.assertTrue((self.folder / "w.safetensors").exists())
        self.assertEqual(self.names(), ["my model"])

    def test_what_cannot_be_added_says_why(self):
        self.weights("a/w.safetensors")
        self.weights("b/w.safetensors")
        self.models("add", "a/w.safetensors")
        self.assertIn("--name w-2", self.refused(2, "model_name_taken", "models", "add", "b/w.safetensors"))
        self.assertIn("'w'", self.refused(2, "model_name_taken", "models", "add", "a/w.safetensors", "--name", "v"))
        self.refused(2, "model_name_taken", "models", "add", "b/w.safetensors", "--name", "Emoji-128")
        self.assertIn("letters", self.refused(2, "usage", "models", "add", "b/w.safetensors", "--name", "a/b"))
        (self.folder / "notes.txt").write_text("a text that is no model at all")
        self.assertIn("notes.txt", self.refused(4, "safetensors_header_too_large", "models", "add", "notes.txt"))
        self.refused(3, "file_not_found", "models", "add", "none")
        self.refused(4, "model_not_a_folder", "models", "add", "a")
        self.assertEqual(self.names(), ["w"])

    def test_scan_finds_follows_and_tells(self):
        self.weights("disk/one.safetensors")
        self.weights("disk/two.safetensors", b"b")
        (self.folder / "disk" / "broken.ckpt").write_bytes(b"x")
        self.tiny("disk/sd15")
        self.assertIn("there is no place", self.models("scan"))
        report = self.json("scan", "disk")
        self.assertEqual([(event["event"], event["name"]) for event in report["events"]],
                         [("skipped", ""), ("added", "one"), ("added", "sd15"), ("added", "two")])
        self.models("verify", "two")
        os.rename(self.folder / "disk" / "one.safetensors", self.folder / "disk" / "sub-one")
        os.mkdir(self.folder / "disk" / "sub")
        os.rename(self.folder / "disk" / "sub-one", self.folder / "disk" / "sub" / "one.safetensors")
        os.rename(self.folder / "disk" / "two.safetensors", self.folder / "disk" / "zwei.safetensors")
        shutil.rmtree(self.folder / "disk" / "sd15")
        lines = self.models("scan").splitlines()
        self.assertEqual([line.split()[:2] for line in lines],
                         [["skipped", f"{self.home}/disk/broken.ckpt:"], ["missing", "sd15:"], ["moved", "one:"],
                          ["moved", "two:"]])
        self.assertIn("the next scan finds it again", self.models("remove", "one"))
        self.weights("data/redraw/models/always.safetensors", b"c")
        self.models("scan")
        self.assertEqual(self.names(), ["always", "one", "sd15", "two"])
        self.assertEqual(self.json("list")["places"], [f"{self.root.resolve()}/models", f"{self.home}/disk"])

    def test_verify_records_and_compares(self):
        path = self.weights("w.safetensors")
        self.weights("v.safetensors")
        self.models("add", path)
        self.models("add", "v.safetensors")
        self.assertRegex(self.models("verify", "w"), r"^w: SHA-256 [0-9a-f]{64}, recorded\n$")
        self.assertRegex(self.models("verify"), r"^v: SHA-256 [0-9a-f]{64}, recorded\nw: .*, as recorded\n$")
        sha256 = self.json("info", "w")["model"]["sha256"]
        self.assertEqual(subprocess.run(["sha256sum", path], capture_output=True, text=True, check=True).stdout[:64],
                         sha256)
        time.sleep(0.01)
        self.weights("w.safetensors", b"z")
        self.assertEqual(self.json("info", "w")["model"]["state"], "changed")
        result = self.run_redraw("models", "verify", "--json")
        self.assertEqual(result.returncode, 4)
        rows = {row["name"]: row for row in json.loads(result.stdout)["verified"]}
        self.assertEqual((rows["v"]["state"], rows["w"]["state"], rows["w"]["code"]),
                         ("same", "changed", "model_changed"))
        self.assertIn("w: ", result.stderr)
        self.assertEqual(self.json("info", "w")["model"]["sha256"], sha256)

    def test_another_root(self):
        self.weights("w.safetensors")
        self.models("add", "w.safetensors", "--models-root", "other")
        self.assertEqual(self.names(), [])
        result = self.run_redraw("--models-root", "other", "models", "list")
        self.assertIn("\nw ", result.stdout)
        self.assertTrue((self.folder / "other" / "models.sqlite").exists())
        environment = {key: value for key, value in os.environ.items() if key != "XDG_DATA_HOME"}
        environment["HOME"] = str(self.folder / "home")
        self.assert_succeeds(self.run_redraw("models", "add", "w.safetensors", env=environment))
        self.assertTrue((self.folder / "home/.local/share/redraw/models.sqlite").exists())
        del environment["HOME"]
        result = self.run_redraw("models", "list", env=environment)
        self.assertEqual(result.returncode, 2)
        self.assertIn("--models-root", result.stderr)

    def test_mistakes_of_usage(self):
        for arguments, phrase in [([], "a command is needed: add"), (["add"], "add needs PATH"),
                                  (["list", "--jsn"], "did you mean '--json'?"),
                                  (["scan", self.folder / "none"], "no such folder")]:
            with self.subTest(arguments):
                result = self.run_redraw("models", *arguments)
                self.assertNotEqual(result.returncode, 0)
                self.assertIn(phrase, result.stderr)


class Names(ModelsTest):
    def test_names_of_any_script(self):
        for i, name in enumerate(["日本語", "한국어", "Gro\u0308ße", "模型 XL", "мой"]):
            self.weights(f"disk/{name}.safetensors", bytes([65 + i]))
        self.models("scan", "disk")
        self.assertEqual(sorted(self.names()), sorted(["日本語", "한국어", "Größe", "模型 XL", "мой"]))
        rows = self.models("list").splitlines()
        self.assertEqual({row.rstrip().rsplit("  ", 1)[0].count("safetensors") for row in rows[1:]}, {1})
        self.assertEqual(self.json("info", "GRÖSSE")["model"]["name"], "Größe")
        self.assertIn("'模型 XL'", self.models("info", "模型 xl"), "as a shell takes it")
        self.assertIn("'日本語'", self.refused(2, "model_unknown", "txt2img", "a", "--model", "日本"))

    def test_names_that_are_no_text_are_shown_and_harm_nothing(self):
        folder = os.fsencode(self.home / "disk")
        os.mkdir(folder)
        for name in [b"caf\xe9.safetensors", b"a\x1b[31m.safetensors"]:
            with open(os.path.join(folder, name), "wb") as file:
                file.write(SMALLEST)
        lines = self.models("scan", "disk")
        self.assertIn("caf\\xE9.safetensors: the path is not UTF-8", lines)
        self.assertIn("a\\x1B[31m.safetensors", lines)
        self.assertNotIn("\x1b", lines + self.models("list"))
        events = self.json("scan", "disk")["events"]
        self.assertIn("caf\ufffd.safetensors", events[0]["path"])
        os.mkdir(os.path.join(folder, b"\xff"))
        self.refused(2, "usage", "models", "scan", os.fsdecode(os.path.join(folder, b"\xff")))
        out = os.fsdecode(os.path.join(folder, b"out\xff"))
        result = self.run_redraw("txt2img", "a", *RUN, "--json", "--outdir", out)
        self.assert_succeeds(result)
        self.assertIn("out\ufffd", json.loads(result.stdout)["file"])
        picture = os.fsdecode(os.path.join(folder, b"p\xff.png"))
        shutil.copy(harness.DRAWING, picture)
        result = self.img2img("--json", init=picture)
        self.assert_succeeds(result)
        self.assertEqual(json.loads(result.stdout)["metadata"]["request"]["init"], "p\ufffd.png")


class GivenVae(ModelsTest):
    def without_vae(self, source, name):
        """The tensors of a single file but for its autoencoder, and that by itself."""
        header, numbers = harness.read_safetensors(source)
        paths = []
        for suffix, is_kept in [("", lambda key: not key.startswith("first_stage_model.")),
                                ("-vae", lambda key: key.startswith("first_stage_model."))]:
            kept, data = {}, b""
            for key, entry in header.items():
                if key == "__metadata__" or not is_kept(key):
                    continue
                begin, end = entry["data_offsets"]
                kept[key] = {**entry, "data_offsets": [len(data), len(data) + end - begin]}
                data += numbers[begin:end]
            paths.append(self.home / f"{name}{suffix}.safetensors")
            harness.write_safetensors(paths[-1], kept, data)
        return paths

    def test_is_used_by_every_run_that_names_the_model(self):
        whole = TINY.with_suffix(".safetensors")
        model, vae = self.without_vae(whole, "m")
        self.assertIn("--vae", self.refused(4, "model_part_missing", "models", "add", model))
        self.assertIn(f", with the autoencoder {vae};", self.models("add", model, "--vae", vae))
        self.assertEqual(self.json("info", "m")["model"]["vae"]["path"], str(vae))

        def pixels(*arguments):
            picture = self.txt2img(*arguments)
            return [data for kind, data in harness.png_chunks(picture) if kind == b"IDAT"]

        expected = pixels("--model", whole)
        self.assertEqual(pixels("--model", "m"), expected)
        self.models("default", "m")
        self.assertEqual(pixels(), expected)
        self.assertNotEqual(pixels("--vae", harness.MODEL), expected, "what a run is given goes before")
        self.assert_succeeds(self.run_redraw("models", "inspect", "m"))
        report = json.loads(self.run_redraw("sweep", harness.DRAWING, "fire", "--strength", "0.5,1", *RUN, "--json",
                                            "--outdir", self.folder / "sweep").stdout)
        self.assertEqual(report["made"], 2)
        vae.unlink()
        self.assertIn(str(vae), self.refused(3, "file_not_found", "txt2img", "a", *RUN))
        self.assertIn("default, missing", self.models("list"))


class ByName(ModelsTest):
    def test_a_name_gives_the_same_bytes_as_the_path(self):
        model = self.tiny("models-here/tiny")
        self.models("add", model, "--name", "my-sd15")
        by_path = self.txt2img("--model", model)
        self.assertEqual(self.txt2img("--model", "my-sd15"), by_path)
        self.assertEqual(self.txt2img("--model", "MY-SD15"), by_path)
        in_the_box = self.txt2img()
        self.assertNotEqual(in_the_box, by_path)
        self.assertEqual(self.models("default", "my-sd15"), f"the default is my-sd15: {model}\n")
        self.assertEqual(self.txt2img(), by_path)
        self.assertEqual(self.txt2img("--model", "emoji-128"), in_the_box)

    def test_everywhere_a_model_is_taken(self):
        model = self.tiny("tiny")
        self.models("add", model, "--name", "my-sd15")
        named = self.run_redraw("plan", "--steps", "3", "--model", "my-sd15")
        self.assert_succeeds(named)
        self.assertEqual(named.stdout, self.run_redraw("plan", "--steps", "3", "--model", model).stdout)
        self.assert_succeeds(self.img2img("--model", "my-sd15"))
        sweep = ["sweep", harness.DRAWING, "fire", "--strength", "0.5,1", "--steps", "2", "--width", "64", "--height",
                 "64", "--threads", "1", "--seed", "7", "--outdir", self.folder / "sweep", "--json"]
        made = self.run_redraw(*sweep, "--model", "my-sd15")
        self.assert_succeeds(made)
        # What was made by the name is there for the path, and for another name.
        for again in [["--model", model], ["--model", "My-SD15"]]:
            report = json.loads(self.run_redraw(*sweep, *again).stdout)
            self.assertEqual((report["made"], report["kept"]), (0, 2))
        # Another default is another model: its pictures are made, the box's are not passed off as its own.
        in_the_box = json.loads(self.run_redraw(*sweep).stdout)
        self.assertEqual((in_the_box["made"], in_the_box["kept"]), (2, 0))
        self.models("default", "my-sd15")
        report = json.loads(self.run_redraw(*sweep).stdout)
        self.assertEqual((report["made"], report["kept"]), (0, 2))
        self.assertEqual([cell["file"] for cell in report["cells"]],
                         [cell["file"] for cell in json.loads(made.stdout)["cells"]])
        bench = self.run_redraw("bench", "--model", "my-sd15", "--steps", "1", "--width", "64", "--height", "64",
                                "--threads", "1")
        self.assert_succeeds(bench)

    def test_a_model_that_is_not_there_is_never_replaced(self):
        model = self.tiny("tiny")
        self.models("add", model)
        self.models("default", "tiny")
        self.assertIn("'tiny'", self.refused(2, "model_unknown", "txt2img", "a", "--model", "tinny"))
        shutil.move(model, self.folder / "away")
        for arguments in [[], ["--model", "tiny"]]:
            self.assertIn(str(model), self.refused(3, "file_not_found", "txt2img", "a", *RUN, *arguments))
        self.assertEqual(self.json("list")["models"][1]["state"], "missing")
        self.assertIn("default, missing", self.models("list"))
        self.models("default", "emoji-128")
        self.txt2img()

    def test_a_damaged_list_is_made_anew_with_everything_in_it(self):
        model = self.tiny("tiny")
        self.weights("disk/w.safetensors")
        self.models("add", model, "--name", "my-own-name")
        self.models("scan", "disk")
        self.models("default", "my-own-name")
        before = self.json("list")
        (self.root / "models.sqlite").write_bytes(b"damaged " * 1000)
        self.assertIn("models rebuild", self.refused(5, "registry_unusable", "txt2img", "a", *RUN))
        self.assertIn("models rebuild", self.refused(5, "registry_unusable", "models", "list"))
        self.assertEqual(self.txt2img("--model", model), self.txt2img("--model", model), "paths need no list")
        for damage in [lambda: None, (self.root / "models.sqlite").unlink]:
            damage()
            self.models("rebuild")
            self.assertEqual(self.json("list"), before)


class AtOnce(ModelsTest):
    def integrity(self):
        with sqlite3.connect(self.root / "models.sqlite") as database:
            return database.execute("PRAGMA integrity_check").fetchone()[0]

    def test_processes_at_once_lose_nothing(self):
        paths = [self.weights(f"w/{i}.safetensors") for i in range(24)]
        running = [subprocess.Popen([harness.program, "models", "add", path], stdout=subprocess.DEVNULL,
                                    stderr=subprocess.PIPE) for path in paths]
        for process in running:
            self.assertEqual(process.communicate(timeout=harness.TIMEOUT_S)[1], b"")
            self.assertEqual(process.returncode, 0)
        self.assertEqual(sorted(self.names(), key=int), [str(i) for i in range(24)])
        self.assertEqual(self.integrity(), "ok")

    def test_two_scans_at_once_add_each_model_once(self):
        for i in range(40):
            self.weights(f"w/{i}.safetensors")
        command = [harness.program, "models", "scan", self.folder / "w"]
        for process in [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(3)]:
            self.assertEqual(process.wait(timeout=harness.TIMEOUT_S), 0)
        self.assertEqual(sorted(self.names(), key=int), [str(i) for i in range(40)])

    def test_an_end_at_any_moment_leaves_a_whole_list(self):
        # GOMP_SPINCOUNT: the program does not start itself again, so that more of its life is the part that counts.
        environment = {**os.environ, "GOMP_SPINCOUNT": "1000"}
        self.models("add", self.weights("first.safetensors"))
        start = time.monotonic()
        self.models("add", self.weights("second.safetensors"))
        takes_s = time.monotonic() - start
        done = {"first", "second"}
        killed = 0
        for i in range(30):
            path = self.weights(f"w/{i}.safetensors")
            process = subprocess.Popen([harness.program, "models", "add", path], stdout=subprocess.DEVNULL,
                                       env=environment)
            time.sleep(takes_s * i / 30)
            process.send_signal(signal.SIGKILL)
            status = process.wait()
            killed += status == -signal.SIGKILL
            if status == 0:
                done.add(str(i))
            names = set(self.names())
            self.assertLessEqual(done, names)
            # One that was killed is there or not, and stays so.
            self.assertLessEqual(names - done, {str(i)})
            done = names
            self.assertEqual(self.integrity(), "ok")
        self.assertGreater(killed, 5)
        os.remove(self.root / "models.sqlite")
        self.models("rebuild")
        self.assertLessEqual(done, set(self.names()))


if __name__ == "__main__":
    harness.main()
