"""What a picture tells of itself, and how it is made again from that."""
import json
import os
import shutil
import time

import harness
from harness import DRAWING, MODEL, SOURCE, EndToEndTest, png_chunk, png_chunks

TREE = SOURCE / "examples" / "tree-drawing.png"
SAME = ": the same, byte for byte"
TINY = ["--steps", "1", "--width", "64", "--height", "64", "--threads", "1", "--seed", "7"]


def with_record(data, change):
    """The picture with its record as `change` makes it from the text that was there."""
    out = data[:8]
    for kind, body in png_chunks(data):
        if body.startswith(b"redraw\0"):
            text = body[body.index(b"{"):].decode()
            kind, body = b"iTXt", b"redraw\0\0\0\0\0" + change(text).encode()
        out += png_chunk(kind, body)
    return out


def with_fields(data, **fields):
    def change(text):
        record = json.loads(text)
        record["request"].update(fields)
        return json.dumps(record)
    return with_record(data, change)


class RecordTest(EndToEndTest):
    def made(self, *arguments, **options):
        """A new picture in self.outdir."""
        before = set(self.files())
        self.assert_succeeds(self.img2img(*arguments, **options))
        name, = [name for name in self.files() if name not in before]
        return self.outdir / name

    def rerun(self, path, *arguments, **options):
        return self.run_redraw("rerun", path, "--threads", "1", *arguments, **options)

    def assert_same(self, path, *arguments):
        result = self.rerun(path, *arguments)
        self.assertIn(f"{path}{SAME}", result.stdout, result.stdout + result.stderr)
        self.assertEqual(result.returncode, 0)


class Rerun(RecordTest):
    def setUp(self):
        super().setUp()
        for picture in (DRAWING, TREE):
            shutil.copy(picture, self.folder)  # where redraw is run, and the parent of self.outdir

    def test_pictures_of_all_kinds_are_made_again(self):
        ways = [[], ["--sampler", "euler_k"], ["--init-color", str(TREE), "--negative", "grau, \"grün\""],
                ["--variation-amount", "0.2", "--variation-seed", "9", "--seamless-axes", "x"],
                ["--with-variations", "9:0.2,4:0.1", "--perlin", "0.2", "--fit", "cover", "--height", "72"],
                ["--sampler", "euler", "--sigmas", "5,2,0", "--cfg-scales", "3.3", "--strength", "0.5"]]
        for way in ways:
            with self.subTest(way):
                self.assert_same(self.made(*way))
        with self.subTest("denoising"):
            self.assert_succeeds(self.run_redraw("img2img", DRAWING, "fire", "--denoising-start", "0.5", "--outdir",
                                                 self.outdir, "--width", "64", "--height", "64", "--steps", "3"))
            self.assert_same(self.outdir / self.files()[-1])

    def test_pictures_from_a_prompt_and_of_a_series(self):
        self.assert_succeeds(self.run_redraw("txt2img", "red apple", "--images", "3", *TINY, "--outdir", self.outdir))
        self.assert_same(self.outdir / "000002.8.png")
        self.assert_succeeds(self.run_redraw("txt2img", "tree", *TINY[:2], "--width", "192", "--height", "136", "--hires-fix",
                                             "--hires-strength", "1", "--outdir", self.folder / "high"))
        self.assert_same(self.folder / "high" / self.files(self.folder / "high")[0])

    def test_a_cell_of_a_sweep(self):
        result = self.run_redraw("sweep", DRAWING, "fire", "--steps", "2", "--strength", "0.5,1", "--width", "64", "--height",
                                 "64", "--outdir", self.outdir, "--threads", "1")
        self.assert_succeeds(result)
        for name in self.files():
            if name.startswith("0000"):
                self.assert_same(self.outdir / name)

    def test_nothing_is_written_unless_it_is_asked_for(self):
        path = self.made()
        before = path.read_bytes()
        result = self.rerun(path, "--json")
        line = json.loads(result.stdout)
        self.assertEqual((line["same"], line["differences"], line["saved"]), (True, [], None))
        self.assertEqual(self.files(), [path.name])
        result = self.rerun(path, "--outdir", self.folder / "again", "--json")
        saved = json.loads(result.stdout)["saved"]
        self.assertEqual(saved, str(self.folder / "again" / "000001.7.png"))
        with open(saved, "rb") as file:
            self.assertEqual(file.read(), before)

    def test_says_what_is_missing_or_changed_and_what_to_give(self):
        path = self.made()
        os.remove(self.folder / DRAWING.name)
        result = self.rerun(path)
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stdout, rf"the picture {DRAWING.name} \(SHA-256 [0-9a-f]{{64}}\) is not found; .* --init")
        shutil.copy(TREE, self.folder / DRAWING.name)
        result = self.rerun(path)
        self.assertEqual(result.returncode, 1)
        self.assertIn("has changed, or is another one", result.stdout)
        self.assert_same(path, "--init", DRAWING)

    def test_a_changed_model_is_told_from_one_of_another_name(self):
        model = harness.copy_model(self.folder / "mine")
        path = self.made("--model", model)
        self.assert_same(path)  # the model in the box has the sum
        (model / "redraw.json").write_text('{"cfg_scale": 9}')
        result = self.rerun(path, "--model", model)
        self.assertEqual(result.returncode, 1)
        self.assertIn("the model mine has changed, or is another one", result.stdout)

    def test_an_edited_record_and_another_version(self):
        path = self.made()
        data = path.read_bytes()
        path.write_bytes(with_fields(data, seed=8))
        result = self.rerun(path)
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stdout, r"\d+ of 4096 pixels differ, by at most \d+ of 255")
        path.write_bytes(with_record(data, lambda text: text.replace('"version":"', '"version":"0.0.')))
        result = self.rerun(path, "--json")
        self.assertEqual(result.returncode, 1)
        line = json.loads(result.stdout)
        self.assertIn("every pixel is the same", result.stderr)
        self.assertEqual([one["code"] for one in line["differences"]], ["version"])
        self.assertEqual(line["different_pixels"], 0)

    def test_files_without_a_whole_record_are_errors(self):
        path = self.made()
        data = path.read_bytes()
        for content, status, text in [(data[:-20], 3, "is cut short"), (harness.png_bytes(8, 8), 3, "has no record"),
                                      (with_fields(data, strength=7), 3, "strength is 7"),
                                      (with_fields(data, wings=2), 3, "'wings' is not known")]:
            path.write_bytes(content)
            result = self.rerun(path)
            self.assertEqual(result.returncode, status, result.stdout + result.stderr)
            self.assertIn(text, result.stderr)
        self.assertEqual(self.rerun(self.folder / "none.png").returncode, 3)
        self.assertEqual(self.run_redraw("rerun").returncode, 2)


class Metadata(RecordTest):
    def test_prints_every_record_and_reports_the_files_without(self):
        first = self.made("--negative", "grey")
        second = self.made("--seed", "8")
        plain = self.folder / "plain.png"
        plain.write_bytes(harness.png_bytes(8, 8))
        result = self.run_redraw("metadata", first, plain, second)
        self.assertEqual(result.returncode, 3)
        self.assertIn("plain.png: has no record in it", result.stderr)
        for text in [str(first), str(second), "fire-drawing.png", "grey", "SHA-256"]:
            self.assertIn(text, result.stdout)
        result = self.run_redraw("metadata", first, plain, second, "--json")
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        self.assertEqual([line["file"] for line in lines], [str(first), str(plain), str(second)])
        self.assertEqual(lines[1]["error"]["code"], "record_missing")
        self.assertEqual([lines[0]["record"]["request"]["seed"], lines[2]["record"]["request"]["seed"]], [7, 8])
        self.assertEqual(self.run_redraw("metadata", first).returncode, 0)

    def test_records_of_earlier_versions(self):
        for path in (SOURCE / "tests" / "data" / "records").glob("*.png"):
            result = self.run_redraw("metadata", path)
            self.assert_succeeds(result)
            self.assertIn("fire", result.stdout)

    def test_hostile_records_steer_no_terminal_and_open_no_file(self):
        path = self.made()
        data = path.read_bytes()
        path.write_bytes(with_fields(data, prompt="\x1b[2J\x1b]0;title\x07 \u202e \u009b31m", negative="\0\r\n"))
        result = self.run_redraw("metadata", path)
        self.assert_succeeds(result)
        self.assertIn("\\x1B[2J", result.stdout)
        for output in [result.stdout, self.run_redraw("metadata", path, "--json").stdout,
                       self.rerun(path, "--json").stdout]:
            for bad in "\x1b\x07\r\0\u202e\u009b":
                self.assertNotIn(bad, output)
        for fields in [{"init": "/etc/passwd"}, {"init": "../../secret.png"}, {"vae": "a/b"}, {"init": "\x1b[2J"}]:
            path.write_bytes(with_fields(data, **fields))
            for command in ["metadata", "rerun"]:
                result = self.run_redraw(command, path)
                self.assertEqual(result.returncode, 3, result.stdout + result.stderr)
                self.assertNotIn("\x1b", result.stdout + result.stderr)


class Sums(RecordTest):
    def test_the_model_by_default_by_name_and_by_path_gives_one_file(self):
        first = self.made().read_bytes()
        self.assert_succeeds(self.run_redraw("models", "add", MODEL, "--name", "mine"))
        self.assert_succeeds(self.run_redraw("models", "verify"))
        for model in ["emoji-128", str(MODEL), str(MODEL) + "/", "mine"]:
            with self.subTest(model):
                self.assertEqual(self.made("--model", model).read_bytes(), first)
        self.assert_succeeds(self.run_redraw("models", "default", "mine"))
        self.assertEqual(self.made().read_bytes(), first)

    def test_the_sum_of_the_model_is_in_the_record_and_computed_once(self):
        model = harness.copy_model(self.folder / "mine")
        time.sleep(2.1)  # no sum is kept of a file that is younger than two seconds
        first = self.made("--model", model)
        kept = json.loads((self.folder / "cache" / "redraw" / "file-sums.json").read_text())["files"]
        self.assertIn(str(model / "model_index.json"), [row["path"] for row in kept])
        (self.folder / "cache" / "redraw" / "file-sums.json").write_text("{damaged")
        self.assertEqual(self.made("--model", model).read_bytes(), first.read_bytes())
        os.environ["XDG_CACHE_HOME"] = "relative"  # to be ignored, by the specification
        os.environ["HOME"], home = str(self.folder / "home"), os.environ.get("HOME", "")
        self.addCleanup(os.environ.__setitem__, "HOME", home)
        self.assertEqual(self.made("--model", model).read_bytes(), first.read_bytes())
        self.assertTrue((self.folder / "home" / ".cache" / "redraw" / "file-sums.json").exists())
        self.assertFalse((self.folder / "relative").exists())


if __name__ == "__main__":
    harness.main()
