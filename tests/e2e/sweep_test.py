"""`redraw sweep`: every combination, one sheet, and going on after an end."""
import json
import os
import signal
import subprocess
from pathlib import Path

import harness
from harness import DRAWING, SMALL, EndToEndTest, png_chunks, without_overridden


class SweepTest(EndToEndTest):
    VARIED = ["--strength", "0.5,1", "--sampler", "ddim,euler"]

    def command(self, *arguments):
        return ["sweep", DRAWING, "fire", *without_overridden(SMALL, arguments), *arguments]

    def sweep(self, *arguments, **options):
        return self.run_redraw(*self.command("--outdir", self.outdir, *arguments), **options)

    def swept(self, *arguments):
        """The line of JSON of a sweep that succeeds."""
        result = self.sweep(*arguments, "--json")
        self.assert_succeeds(result)
        self.assertEqual(len(result.stdout.splitlines()), 1, result.stdout)
        return json.loads(result.stdout)

    def pictures(self):
        return [name for name in self.files() if name[:6].isdigit()]


class Sweeps(SweepTest):
    def test_every_combination_is_made_and_shown_on_one_sheet(self):
        line = self.swept(*self.VARIED)
        self.assertEqual([cell["values"] for cell in line["cells"]],
                         [{"sampler": sampler, "strength": strength}
                          for sampler in ["ddim", "euler"] for strength in [0.5, 1]])
        self.assertEqual([(cell["steps_run"], cell["steps"]) for cell in line["cells"]], [(1, 2), (2, 2)] * 2)
        self.assertEqual((line["made"], line["kept"], line["columns"]), (4, 0, 2))
        self.assertEqual(self.pictures(), [f"{number:06}.7.png" for number in range(1, 5)])
        list(png_chunks(Path(line["sheet"]).read_bytes()))
        self.assertEqual(len(self.files()), 4 + len(["sheet", "sweep.json"]))

    def test_each_picture_is_that_of_img2img(self):
        line = self.swept(*self.VARIED)
        for cell in line["cells"]:
            alone = self.folder / "alone" / str(cell["values"])
            values = [word for name, value in cell["values"].items() for word in (f"--{name}", value)]
            self.assert_succeeds(self.img2img(*values, outdir=alone))
            self.assertEqual(Path(cell["file"]).read_bytes(), (alone / "000001.7.png").read_bytes(), cell["values"])

    def test_ranges_hold_the_decimals_that_are_typed(self):
        line = self.swept("--strength", "0.5:0.8:0.1", "--steps", "10")
        self.assertEqual([cell["values"]["strength"] for cell in line["cells"]], [0.5, 0.6, 0.7, 0.8])
        self.assertEqual([cell["steps_run"] for cell in line["cells"]], [5, 6, 7, 8])

    def test_the_folder_is_the_sweeps_own_where_none_is_named(self):
        for seed in ["1,2", "1,3", "1,2"]:
            self.assert_succeeds(self.run_redraw(*self.command("--seed", seed)))
        folders = sorted((self.folder / "outputs").iterdir())
        self.assertEqual(len(folders), 2)
        for folder in folders:
            self.assertTrue(folder.name.startswith("sweep-"))
            self.assertEqual(len(list(folder.glob("00*.png"))), 2)

    def test_what_is_said(self):
        result = self.sweep(*self.VARIED)
        self.assert_succeeds(result)
        lines = result.stdout.splitlines()
        self.assertIn("2 of 4: ddim, strength 1: running 2 of 2", lines)
        self.assertIn("4 pictures made, 0 were there", lines)
        self.assertEqual(self.sweep(*self.VARIED, "--quiet").stdout, "")

    def test_what_cannot_run_is_refused_by_name_before_anything_runs(self):
        cases = [(["--strength", "0.1,0.5"], "strength 0.1: "),
                 (["--strength", "0.5"], "nothing varies"),
                 (["--strength", "0.5:1.5:0.5"], "strength is 1.5"),
                 (["--sampler", "ddim,eular"], "'euler'"),
                 (["--seed", "1:100:1", "--steps", "2:20:1"], "more than 1000"),
                 (["--stength", "0.5,1"], "'--strength'")]
        for arguments, phrase in cases:
            with self.subTest(arguments):
                result = self.sweep(*arguments)
                self.assertEqual(result.returncode, 2, result.stderr)
                self.assertIn(phrase, result.stderr)
                self.assertEqual(self.files(), [])

    def test_a_picture_that_is_not_there(self):
        result = self.run_redraw("sweep", "no-such.png", "fire", "--strength", "0.5,1", "--outdir", self.outdir)
        self.assertEqual(result.returncode, 3)
        self.assertIn("no-such.png", result.stderr)
        self.assertEqual(self.files(), [])


class Resuming(SweepTest):
    def test_only_what_is_missing_is_made(self):
        first = self.swept(*self.VARIED)
        os.unlink(first["cells"][1]["file"])
        Path(first["cells"][2]["file"]).write_bytes(harness.png_bytes(64, 64))  # somebody else's, under that name
        again = self.swept(*self.VARIED)
        self.assertEqual((again["made"], again["kept"]), (2, 2))
        for one, other in [(0, True), (1, False), (2, False), (3, True)]:
            self.assertEqual(first["cells"][one]["file"] == again["cells"][one]["file"], other, one)
        self.assertEqual(self.swept(*self.VARIED)["made"], 0)

    def test_a_longer_list_takes_over_what_a_shorter_one_made(self):
        self.swept("--strength", "0.5,1")
        line = self.swept("--strength", "0.5,0.75,1")
        self.assertEqual((line["made"], line["kept"]), (1, 2))
        self.assertEqual(self.swept("--strength", "0.5,1", "--steps", "4")["made"], 2)

    def test_another_picture_of_the_same_name_counts_as_another(self):
        drawing = self.folder / "drawing.png"
        for shade in range(2):
            drawing.write_bytes(harness.png_bytes(64, 64 + 8 * shade))
            result = self.run_redraw("sweep", drawing, "fire", *without_overridden(SMALL, ["--strength"]),
                                     "--strength", "0.5,1", "--outdir", self.outdir, "--json")
            self.assert_succeeds(result)
            self.assertEqual(json.loads(result.stdout)["made"], 2)

    def test_a_seed_that_is_drawn_stays(self):
        arguments = ["sweep", DRAWING, "fire", "--strength", "0.5,1", "--steps", "2", "--threads", "1", "--width", "64",
                     "--height", "64"]
        first = self.run_redraw(*arguments)
        self.assert_succeeds(first)
        drawn, = [line.split()[1] for line in first.stdout.splitlines() if line.startswith("seed ")]
        again = self.run_redraw(*arguments)
        self.assert_succeeds(again)
        self.assertIn(f"seed {drawn} (drawn before)", again.stdout)
        self.assertIn("0 pictures made, 2 were there", again.stdout)

    def test_a_damaged_record_is_named(self):
        self.outdir.mkdir()
        (self.outdir / "sweep.json").write_text("{}")
        result = self.sweep(*self.VARIED)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("sweep.json", result.stderr)

    def end_after_second_picture(self, number):
        """Starts a sweep of four pictures and sends it a signal in the midst of the third; its status and output."""
        command = [harness.program, *self.command("--outdir", self.outdir, "--steps", "40", "--strength", "1",
                                                  "--seed", "1:4:1")]
        with subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True) as process:
            said = []
            for line in process.stdout:
                said.append(line)
                if line.startswith("step 3/40") and any(line.startswith("3 of 4: ") for line in said):
                    process.send_signal(number)
            return process.wait(harness.TIMEOUT_S), "".join(said)

    def test_an_interrupted_sweep_keeps_what_it_made_and_goes_on(self):
        status, said = self.end_after_second_picture(signal.SIGINT)
        self.assertEqual(status, 130, said)
        self.assertIn("stopped; 2 of 4 pictures are there", said)
        self.assertEqual(self.files(), ["000001.1.png", "000002.2.png", "sweep.json"])
        self.assertEqual(self.swept("--steps", "40", "--strength", "1", "--seed", "1:3:1")["kept"], 2)

    def test_a_killed_sweep_loses_no_more_than_the_picture_at_hand(self):
        status, said = self.end_after_second_picture(signal.SIGKILL)
        self.assertEqual(status, -signal.SIGKILL, said)
        line = self.swept("--steps", "40", "--strength", "1", "--seed", "1:3:1")
        self.assertEqual((line["made"], line["kept"]), (1, 2))


if __name__ == "__main__":
    harness.main()
