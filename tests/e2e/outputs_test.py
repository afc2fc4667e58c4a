"""What a run leaves in the output folder, and what it says about it."""
import json
import subprocess

import harness
from harness import DRAWING, SMALL, SOURCE, EndToEndTest, png_chunks, png_size

IMAGES = SOURCE / "tests" / "fuzz" / "image"


class Names(EndToEndTest):
    def test_pictures_are_numbered_and_carry_the_seed(self):
        for _ in range(2):
            self.assert_succeeds(self.img2img())
        self.assertEqual(self.files(), ["000001.7.png", "000002.7.png"])

    def test_numbering_goes_on_after_the_highest_and_ignores_other_files(self):
        self.outdir.mkdir()
        for name in ["000041.5.png", "12.png", "notes.txt"]:
            (self.outdir / name).touch()
        self.assert_succeeds(self.img2img())
        self.assertEqual(self.files(), ["000041.5.png", "000042.7.png", "12.png", "notes.txt"])
        self.assertEqual((self.outdir / "000041.5.png").stat().st_size, 0)

    def test_eight_processes_at_once_take_eight_numbers(self):
        command = [harness.program, "img2img", DRAWING, "fire", "--outdir", self.outdir, *SMALL]
        running = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(8)]
        for process in running:
            error = process.communicate(timeout=harness.TIMEOUT_S)[1]
            self.assertEqual(process.returncode, 0, error)
        self.assertEqual(self.files(), [f"{number:06}.7.png" for number in range(1, 9)])
        self.assertEqual(len({(self.outdir / name).read_bytes() for name in self.files()}), 1)

    def test_strip_and_intermediates_stand_beside_the_picture(self):
        result = self.img2img("--step-strip", "--save-intermediates", "2", "--steps", "8", "--strength", "0.6")
        self.assert_succeeds(result)  # runs 4 steps of 8
        expected = ["000001.7.png", "000001.7.step-02.png", "000001.7.step-04.png", "000001.7.steps.png"]
        self.assertEqual(self.files(), expected)
        for name in expected:
            data = (self.outdir / name).read_bytes()
            list(png_chunks(data))
            if name != "000001.7.steps.png":
                self.assertEqual(png_size(data), (64, 64))
            self.assertIn(f"wrote {self.outdir / name}", result.stdout)

    def test_without_a_seed_one_is_drawn_printed_and_in_the_name(self):
        arguments = [word for pair in zip(SMALL[::2], SMALL[1::2]) if pair[0] != "--seed" for word in pair]
        result = self.img2img(*arguments, small=False)
        self.assert_succeeds(result)
        seed = next(line.split()[1] for line in result.stdout.splitlines() if line.startswith("seed "))
        self.assertEqual(self.files(), [f"000001.{seed}.png"])


class Pictures(EndToEndTest):
    def test_invokes_short_options_mean_the_long_ones(self):
        long = self.picture("--with-variations", "9:0.2", "--h-symmetry-time-pct", "0.5")
        self.assertEqual(self.picture("-V", "9:0.2", "--h-symmetry", "0.5"), long)
        self.assertIn("'3647897225:0.1'", self.img2img("-V3647897225,0.1").stderr)

    def picture(self, *arguments, **options):
        """The bytes of the picture that a run in a new folder makes."""
        outdir = self.folder / f"out-{len(list(self.folder.iterdir()))}"
        self.assert_succeeds(self.img2img(*arguments, outdir=outdir, **options))
        return (outdir / self.files(outdir)[0]).read_bytes()

    def test_the_same_command_twice_gives_the_same_bytes(self):
        own = ["--steps", "4", "--strength", "0.5", "--seed", "1592514025"]  # native size, all processors
        first = self.picture(*own, small=False)
        self.assertEqual(png_size(first), (128, 128))
        self.assertEqual(first, self.picture(*own, small=False))

    def test_another_seed_gives_another_picture(self):
        self.assertNotEqual(self.picture("--seed", "1"), self.picture("--seed", "2"))

    def test_jpeg_and_webp_are_read(self):
        for name in ["baseline.jpg", "lossy.webp"]:
            with self.subTest(name):
                self.assertEqual(png_size(self.picture("--fit", "stretch", init=IMAGES / name)), (64, 64))

    def test_the_picture_carries_its_request(self):
        data = self.picture("--strength", "0.75")
        texts = [body for kind, body in png_chunks(data) if kind in (b"tEXt", b"iTXt") and body.startswith(b"redraw\0")]
        self.assertEqual(len(texts), 1)
        metadata = json.loads(texts[0][texts[0].index(b"{"):])
        self.assertEqual(metadata["request"]["prompt"], "fire")
        self.assertEqual(metadata["request"]["strength"], 0.75)
        self.assertEqual(metadata["request"]["seed"], 7)
        self.assertEqual(metadata["request"]["init"], DRAWING.name)
        self.assertNotIn("origins", metadata)
        self.assertEqual(metadata["plan"]["steps_run"], 1)
        self.assertNotIn(str(self.folder).encode(), data)

    def test_txt2img_makes_a_picture_from_a_prompt_alone(self):
        result = self.run_redraw("txt2img", "red apple", "--outdir", self.outdir, "--seed", "3", "--steps", "1",
                                 "--width", "64", "--height", "72", "--threads", "1")
        self.assert_succeeds(result)
        self.assertEqual(self.files(), ["000001.3.png"])
        self.assertEqual(png_size((self.outdir / "000001.3.png").read_bytes()), (64, 72))


class Warnings(EndToEndTest):
    LONG = ", ".join(f"detail number {i} of the castle" for i in range(40))

    def lines_and_warnings(self, *arguments):
        result = self.run_redraw(*arguments, "--steps", "2", "--width", "64", "--height", "64", "--threads", "1", "--seed",
                                 "7", "--json", "--outdir", self.outdir)
        self.assert_succeeds(result)
        return result.stderr.splitlines(), json.loads(result.stdout)["warnings"]

    def test_a_prompt_that_is_too_long_is_told_before_the_steps_with_the_place(self):
        for arguments, which in [(["txt2img", self.LONG], "the prompt"),
                                 (["txt2img", "fire", "--negative", self.LONG], "the negative prompt"),
                                 (["sweep", DRAWING, "fire", "--negative", self.LONG, "--strength", "0.5,1"],
                                  "the negative prompt")]:
            with self.subTest(which):
                lines, warnings = self.lines_and_warnings(*arguments)
                self.assertEqual([warning["code"] for warning in warnings], ["prompt_cut"])
                text = warnings[0]["text"]
                self.assertRegex(text, rf"^{which} is too long .* last \d+ tokens are left out, from '.*detail number \d+")
                said, = [i for i, line in enumerate(lines) if line == "warning: " + text]
                first_step = min(i for i, line in enumerate(lines) if line.startswith("step 1/"))
                self.assertLess(said, first_step)

    def test_a_negative_prompt_that_is_not_read_is_not_told_of(self):
        self.assertEqual(self.lines_and_warnings("txt2img", "fire", "--negative", self.LONG, "--cfg-scale", "1")[1], [])

    def test_syntax_of_other_programs(self):
        lines, warnings = self.lines_and_warnings("txt2img", "(fire:1.3) <lora:style:0.8>", "--negative", "[dull]")
        self.assertEqual([warning["code"] for warning in warnings], ["prompt_syntax"] * 2)
        for piece in ["a LoRA", "<lora:style:0.8>", "(fire:1.3)"]:
            self.assertIn(piece, warnings[0]["text"])
        self.assertIn("the negative prompt has syntax of other programs", warnings[1]["text"])
        self.assertIn("warning: " + warnings[0]["text"], lines)
        self.assertEqual(self.lines_and_warnings("txt2img", "a car (red), at 10:30")[1], [])


if __name__ == "__main__":
    harness.main()
