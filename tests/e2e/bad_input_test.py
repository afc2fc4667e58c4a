"""Every bad input ends with its exit status, its code and a message that names what is wrong, and leaves no file.

Exit statuses: 2 the request, 3 an input file, 4 the model, 5 the output (src/base/error.cpp has the table).
"""
import ctypes
import json
import os
import re
import resource
import signal
import unittest

import harness
from harness import DRAWING, EndToEndTest, copy_model, fill_with_nan, png_bytes, swap_first_dimensions


class BadInputTest(EndToEndTest):
    def assert_refused(self, result, status, code, *phrases):
        """`result` of a run with --json: the status, the code, one line on stderr with all phrases, no file."""
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        lines = result.stderr.splitlines()
        self.assertTrue(lines and lines[-1].startswith("redraw: "), result.stderr)
        for phrase in phrases:
            self.assertIn(str(phrase), lines[-1])
        error = json.loads(result.stdout)["error"]
        self.assertEqual(error["code"], code)
        self.assertEqual("redraw: " + error["message"], lines[-1])
        self.assertEqual(self.files(), [])

    def write(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path


class Pictures(BadInputTest):
    def test_a_file_that_is_not_there(self):
        self.assert_refused(self.img2img("--json", init="no-such.png"), 3, "file_not_found", "no-such.png")

    def test_a_folder_as_picture(self):
        self.assert_refused(self.img2img("--json", init=self.folder), 3, "not_a_file", self.folder)

    def test_a_text_as_picture(self):
        path = self.write("notes.png", b"this is not a picture\n" * 20)
        self.assert_refused(self.img2img("--json", init=path), 3, "image_not_recognised", path)

    def test_an_empty_file_as_picture(self):
        path = self.write("empty.png", b"")
        self.assert_refused(self.img2img("--json", init=path), 3, "image_not_recognised", path)

    def test_a_png_cut_in_the_middle(self):
        data = DRAWING.read_bytes()
        path = self.write("cut.png", data[:len(data) // 2])
        self.assert_refused(self.img2img("--json", init=path), 3, "image_truncated", path)

    def test_a_picture_of_one_pixel(self):
        path = self.write("dot.png", png_bytes(1, 1))
        self.assert_refused(self.img2img("--json", init=path), 3, "image_too_small", path, "1x1")

    def test_a_picture_of_20000x20000(self):
        path = self.write("huge.png", png_bytes(20000, 20000, rows=8))
        self.assertLess(path.stat().st_size, 10_000)
        self.assert_refused(self.img2img("--json", init=path), 3, "image_too_large", path, "20000x20000")


class Models(BadInputTest):
    def test_a_text_file_as_model(self):
        path = self.write("model.txt", b"weights, weights\n")
        self.assert_refused(self.img2img("--json", "--model", path), 4, "safetensors_header_too_large", path)

    def test_a_model_that_is_not_there(self):
        path = self.folder / "no-such-model"
        self.assert_refused(self.img2img("--json", "--model", path), 3, "file_not_found", path)

    def test_a_model_folder_without_its_unet(self):
        model = copy_model(self.folder / "model")
        (model / "unet" / "diffusion_pytorch_model.safetensors").unlink()
        self.assert_refused(self.img2img("--json", "--model", model), 4, "model_part_missing", model / "unet")

    def test_a_file_of_a_model_is_the_models_fault_whatever_is_wrong_with_it(self):
        def folder(path):
            path.unlink()
            path.mkdir()
        damages = [("missing", lambda path: path.unlink()), ("cut", lambda path: os.truncate(path, 10)),
                   ("a folder", folder), ("empty", lambda path: os.truncate(path, 0))]
        files = ["model_index.json", "unet/config.json", "unet/diffusion_pytorch_model.safetensors",
                 "scheduler/scheduler_config.json", "tokenizer/vocab.json", "tokenizer/merges.txt",
                 "text_encoder/model.safetensors"]
        for name in files:
            for what, damage in damages:
                with self.subTest(f"{name} {what}"):
                    model = copy_model(self.folder / f"{name.replace('/', '-')} {what}")
                    damage(model / name)
                    result = self.img2img("--json", "--model", model)
                    self.assertEqual(result.returncode, 4, result.stdout + result.stderr)
                    self.assertIn(model.name, json.loads(result.stdout)["error"]["message"])

    def test_a_server_error_saved_as_weights_is_quoted(self):
        path = self.write("m.safetensors", b'{"error":"Unauthorized","message":"Log in first"}')
        self.assert_refused(self.img2img("--json", "--model", path), 4, "model_unsupported", path, "'Log in first'")

    def test_a_tensor_of_the_wrong_shape_is_named(self):
        model = copy_model(self.folder / "model")
        tensor = "decoder.conv_in.weight"
        swap_first_dimensions(model / "vae" / "diffusion_pytorch_model.safetensors", tensor)
        self.assert_refused(self.img2img("--json", "--model", model), 4, "tensor_wrong_shape", tensor)

    def test_weights_cut_in_the_middle(self):
        model = copy_model(self.folder / "model")
        weights = model / "unet" / "diffusion_pytorch_model.safetensors"
        os.truncate(weights, weights.stat().st_size // 2)
        self.assert_refused(self.img2img("--json", "--model", model), 4, "safetensors_offset_out_of_range", weights)

    def test_weights_that_are_no_numbers_give_no_black_picture(self):
        for part, tensor in [("unet", "conv_in.weight"), ("vae", "decoder.conv_in.weight")]:
            with self.subTest(part):
                model = copy_model(self.folder / part)
                fill_with_nan(model / part / "diffusion_pytorch_model.safetensors", tensor)
                self.assert_refused(self.img2img("--json", "--model", model), 4, "model_not_finite", model.name)

    def test_a_model_that_sets_what_it_must_not(self):
        model = copy_model(self.folder / "model")
        (model / "redraw.json").write_text('{"seed": 1}')
        self.assert_refused(self.img2img("--json", "--model", model), 4, "model_unsupported", "seed", "redraw.json")


class Requests(BadInputTest):
    def test_an_unknown_sampler_suggests_the_nearest(self):
        self.assert_refused(self.img2img("--json", "--sampler", "eular"), 2, "unknown_name", "eular", "euler")

    def test_strengths_out_of_range(self):
        for strength in ["0", "-0.5", "1.5", "1e309"]:
            with self.subTest(strength):
                self.assert_refused(self.img2img("--json", "--strength", strength), 2, "out_of_range", "strength",
                                    strength, "above 0, at most 1")

    def test_strengths_that_are_no_numbers(self):
        for strength in ["nan", "much", "0.5x", ""]:
            with self.subTest(strength):
                self.assert_refused(self.img2img("--json", "--strength", strength), 2, "not_a_number", "strength")

    def test_no_steps(self):
        self.assert_refused(self.img2img("--json", "--steps", "0"), 2, "out_of_range", "steps", "1 to 1000")

    def test_a_strength_that_leaves_no_step(self):
        result = self.img2img("--json", "--steps", "2", "--strength", "0.4")
        self.assert_refused(result, 2, "out_of_range", "strength", "steps")

    def test_a_width_that_is_no_multiple_of_8(self):
        self.assert_refused(self.img2img("--json", "--width", "100", "--height", "104"), 2, "bad_size", "100", "8")

    def test_a_width_without_a_height(self):
        result = self.img2img("--json", "--width", "64", "--steps", "2", "--strength", "0.5", small=False)
        self.assert_refused(result, 2, "usage", "width", "height")

    def test_fewer_threads_than_none(self):
        self.assert_refused(self.img2img("--json", "--threads", "-1"), 2, "out_of_range", "threads", "0 to 1024")

    def test_more_layers_skipped_than_the_text_encoder_has(self):
        self.assert_refused(self.img2img("--json", "--clip-skip", "32"), 2, "out_of_range", "clip_skip is 32", "1 to ")

    # oneDNN would leave the work of the threads that OpenMP does not start undone, and the picture wrong.
    def test_more_threads_than_openmp_may_start(self):
        environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
        self.assert_refused(self.img2img("--json", "--threads", "2", env=environment), 2, "out_of_range",
                            "OMP_THREAD_LIMIT")
        self.assert_succeeds(self.img2img("--threads", "0", env=environment))

    def test_an_unknown_option_suggests_the_nearest(self):
        self.assert_refused(self.img2img("--json", "--stength", "0.5"), 2, "usage", "--stength", "'--strength'")

    def test_an_option_without_a_value_or_given_twice(self):
        self.assert_refused(self.img2img("--json", "--steps", small=False), 2, "usage", "--steps needs a value: N;")
        result = self.img2img("--json", "--models-root", small=False)
        self.assert_refused(result, 2, "usage", "--models-root needs a value: DIR;")
        self.assert_refused(self.img2img("--json", "--steps", "5", "-s", "6"), 2, "usage", "steps is given twice")

    def test_an_option_of_another_command(self):
        result = self.run_redraw("txt2img", "fire", "--strength", "0.5", "--json", "--outdir", self.outdir)
        self.assert_refused(result, 2, "usage", "--strength")

    def test_a_prompt_that_is_not_utf8(self):
        result = self.run_redraw("txt2img", b"fi\xffre".decode(errors="surrogateescape"), "--json", "--outdir",
                                 self.outdir, "--threads", "1")
        self.assert_refused(result, 2, "prompt_not_utf8")

    def test_no_command_and_an_unknown_command(self):
        for arguments in [[], ["img3img"]]:
            with self.subTest(arguments):
                result = self.run_redraw(*arguments)
                self.assertEqual(result.returncode, 2)
                self.assertTrue(result.stderr.startswith("redraw: "), result.stderr)


class Ranges(BadInputTest):
    """What the help of a command prints as an option's range is what that command refuses beyond."""
    COMMANDS = {"img2img": [DRAWING, "fire"], "txt2img": ["fire"], "sweep": [DRAWING, "fire", "--strength", "0.5,1"],
                "plan": [], "bench": []}
    RANGE = re.compile(r"(a multiple of 8, )?(above |at least )?([0-9.]+)( to |, at most |, below )([0-9.]+)(?=[;\s\[]|$)")

    def ranges(self, command):
        """(option, range as printed, largest) of every option that has one."""
        result = self.run_redraw(command, "--help")
        self.assert_succeeds(result)
        for entry in re.split(r"\n  (?=-)", result.stdout)[1:]:
            option = re.search(r"--[a-z-]+", entry)[0]
            found = list(self.RANGE.finditer(" ".join(entry.split())))
            if found:
                yield option, found[-1][0], found[-1][5]

    def test_every_command_refuses_what_its_help_excludes(self):
        for command, arguments in self.COMMANDS.items():
            ranges = list(self.ranges(command))
            self.assertGreater(len(ranges), 2, command)
            for option, text, largest in ranges:
                # A sweep varies something, which must be another option than the one that is tried.
                own = [DRAWING, "fire", "--cfg-scale", "1,2"] if [command, option] == ["sweep", "--strength"] else arguments
                for beyond in [str(int(largest) + 8), "-8"]:
                    with self.subTest(command=command, option=option, value=beyond):
                        # The option's own value with "=", since it may begin with a minus sign.
                        result = self.run_redraw(command, *own, f"{option}={beyond}")
                        self.assertEqual(result.returncode, 2, result.stdout + result.stderr)
                        name = option[2:].replace("-", "_")
                        self.assertRegex(result.stderr, rf"{name}\S* is {beyond}, but must be {re.escape(text)}")

    def test_sides_between_multiples_are_refused_with_the_nearest(self):
        for command in ["img2img", "txt2img", "sweep", "bench"]:
            with self.subTest(command):
                result = self.run_redraw(command, *self.COMMANDS[command], "--width", "500", "--height", "512")
                self.assertEqual(result.returncode, 2)
                self.assertEqual(result.stderr, "redraw: width is 500, but must be a multiple of 8, 64 to 8192; "
                                                "the nearest are 496 and 504\n")

    def test_seeds(self):
        for command in ["img2img", "txt2img", "sweep"]:
            for seed, phrase in [("-1", "leave it out"), ("18446744073709551616", "0 to 18446744073709551615")]:
                with self.subTest(command=command, seed=seed):
                    result = self.run_redraw(command, *self.COMMANDS[command], f"--seed={seed}")
                    self.assertEqual(result.returncode, 2)
                    self.assertIn(phrase, result.stderr)


class Outputs(BadInputTest):
    def test_a_folder_below_a_regular_file(self):
        blocking = self.write("file", b"")
        outdir = blocking / "out"
        self.assert_refused(self.img2img("--json", outdir=outdir), 5, "output_not_writable", outdir)

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_a_folder_that_may_not_be_written(self):
        self.outdir.mkdir(mode=0o555)
        self.assert_refused(self.img2img("--json"), 5, "output_not_writable", self.outdir)

    def test_a_limit_on_the_size_of_files(self):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # redraw ignores it by itself, so write() fails with EFBIG
            resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))

        result = self.img2img("--json", preexec_fn=limit, restore_signals=False)
        self.assert_refused(result, 5, "disk_full", self.outdir)

    def test_a_full_disk_leaves_neither_picture_nor_strip(self):
        self.outdir.mkdir()
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.mount(b"none", os.fsencode(self.outdir), b"tmpfs", 0, b"size=16k") != 0:
            self.skipTest(f"a small file system cannot be mounted here: {os.strerror(ctypes.get_errno())}")
        self.addCleanup(libc.umount2, os.fsencode(self.outdir), 2)
        result = self.img2img("--json", "--step-strip")
        self.assert_refused(result, 5, "disk_full", self.outdir)


if __name__ == "__main__":
    harness.main()
