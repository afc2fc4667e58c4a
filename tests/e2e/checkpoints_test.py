"""`redraw models inspect` and `redraw models convert`."""
import hashlib
import json
import shutil
from pathlib import Path

import harness
from harness import SOURCE, EndToEndTest

CHECKPOINTS = SOURCE / "build" / "checkpoints"  # made by scripts/make-test-models
PARTS = ("unet/diffusion_pytorch_model", "vae/diffusion_pytorch_model", "text_encoder/model")


class CheckpointsTest(EndToEndTest):
    def inspect(self, *arguments, status=0):
        result = self.run_redraw("models", "inspect", *arguments, "--json")
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        return json.loads(result.stdout)

    def convert(self, *arguments):
        result = self.run_redraw("models", "convert", *arguments)
        self.assert_succeeds(result)
        return result.stdout

    def refused(self, status, code, *arguments):
        result = self.run_redraw("models", *arguments, "--json")
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        error = json.loads(result.stdout)["error"]
        self.assertEqual(error["code"], code, error)
        return error["message"]


class Inspect(CheckpointsTest):
    def test_says_what_a_model_is(self):
        folder = CHECKPOINTS / "tiny-sd21"
        report = self.inspect(folder)
        self.assertEqual((report["layout"], report["family"], report["prediction_type"]),
                         ("diffusers", "Stable Diffusion 2", "v_prediction"))
        self.assertEqual({part["name"] for part in report["parts"]}, {"unet", "vae", "text_encoder"})
        for part in report["parts"]:
            self.assertEqual(list(part["precisions"]), ["F16"])
            self.assertEqual((part["missing"], part["wrong_shapes"], part["wrong_types"]), ([], [], []))
        self.assertTrue(report["whole"])
        self.assertTrue(any("prediction" in decision for decision in report["decisions"]), report["decisions"])
        self.assertEqual(self.inspect(folder, "--prediction", "epsilon")["prediction_type"], "epsilon")
        text = self.run_redraw("models", "inspect", folder).stdout
        for words in ("Stable Diffusion 2", "v_prediction", "F16", "nothing is missing", report["sha256"]):
            self.assertIn(words, text)

    def test_json_is_json_whatever_files_and_tensors_are_called(self):
        """For people DEL and U+0085 are \\xNN, which JSON has not."""
        file = self.folder / "m\x7f\u0085.safetensors"
        header, numbers = harness.read_safetensors(CHECKPOINTS / "tiny-sd15.safetensors")
        name = "model.diffusion_model.x\x7f\u0085\u202e.weight"
        header[name] = header.pop("model.diffusion_model.time_embed.0.weight")
        harness.write_safetensors(file, header, numbers)
        options = ("--model-config", CHECKPOINTS / "tiny-sd15")
        report = self.inspect(file, *options, status=4)
        self.assertEqual(report["unexpected"], [name])
        self.assertEqual(report["path"], str(file))
        text = self.run_redraw("models", "inspect", file, *options).stdout
        self.assertIn(r"x\x7F\xC2\x85\xE2\x80\xAE.weight", text)
        shutil.copyfile(CHECKPOINTS / "tiny-sd15.safetensors", file)
        result = self.run_redraw("models", "convert", file, "to\x7f\u0085.safetensors", *options, "--json")
        self.assert_succeeds(result)
        self.assertEqual(json.loads(result.stdout)["files"], ["to\x7f\u0085.safetensors"])

    def test_the_checksum_of_a_file_is_that_of_sha256sum(self):
        file = CHECKPOINTS / "tiny-sd15.safetensors"
        report = self.inspect(file, "--model-config", CHECKPOINTS / "tiny-sd15")
        self.assertEqual(report["sha256"], hashlib.sha256(file.read_bytes()).hexdigest())

    def test_names_what_is_missing_misshapen_and_unexpected(self):
        file = self.folder / "m.safetensors"
        header, numbers = harness.read_safetensors(CHECKPOINTS / "tiny-sd15.safetensors")
        renamed = "model.diffusion_model.time_embed.0.weight"
        header["model.diffusion_model.no_such_layer.weight"] = header.pop(renamed)
        shape = header["first_stage_model.decoder.conv_in.weight"]["shape"]
        shape[0], shape[1] = shape[1], shape[0]
        harness.write_safetensors(file, header, numbers)
        report = self.inspect(file, "--model-config", CHECKPOINTS / "tiny-sd15", status=4)
        self.assertFalse(report["whole"])
        parts = {part["name"]: part for part in report["parts"]}
        self.assertEqual(parts["unet"]["missing"], [renamed])
        self.assertEqual([row["name"] for row in parts["vae"]["wrong_shapes"]],
                         ["first_stage_model.decoder.conv_in.weight"])
        self.assertEqual(report["unexpected"], ["model.diffusion_model.no_such_layer.weight"])


class Convert(CheckpointsTest):
    def test_there_and_back_gives_the_same_bytes(self):
        folder = CHECKPOINTS / "tiny-sd15"
        self.assertIn("wrote ", self.convert(folder, "one.safetensors"))
        self.convert("one.safetensors", "again", "--model-config", folder)
        for part in PARTS:
            header, numbers = harness.read_safetensors(self.folder / "again" / f"{part}.safetensors")
            self.assertEqual(header.pop("__metadata__"), {"format": "pt"}, part)
            self.assertEqual((header, numbers), harness.read_safetensors(folder / f"{part}.safetensors"), part)

    def test_the_picture_of_a_converted_model_is_the_same(self):
        pictures = []
        folder = CHECKPOINTS / "tiny-sd15"
        self.convert(folder, "one.safetensors")
        for model in ([folder], ["one.safetensors", "--model-config", folder]):
            outdir = self.folder / f"out{len(pictures)}"
            self.assert_succeeds(self.run_redraw("txt2img", "fire", "--outdir", outdir, *harness.without_overridden(
                harness.SMALL, ["--strength"]), "--model", *model))
            picture, = outdir.iterdir()
            pictures.append(dict(harness.png_chunks(picture.read_bytes()))[b"IDAT"])
        self.assertEqual(*pictures)

    def pixels(self, model, *more):
        """The pixels of a small picture by a sampler and a spacing in which prediction, betas and zero SNR all show."""
        self.runs = getattr(self, "runs", 0) + 1
        outdir = self.folder / f"run{self.runs}"
        self.assert_succeeds(self.run_redraw(
            "txt2img", "fire", "--model", model, "--outdir", outdir, "--sampler", "euler", "--steps", "3", "--width",
            "64", "--height", "64", "--threads", "1", "--seed", "7", *more))
        picture, = outdir.iterdir()
        return dict(harness.png_chunks(picture.read_bytes()))[b"IDAT"]

    def scheduler(self, arch, **fields):
        """A copy of a tiny model whose scheduler says other things; a None takes the field away."""
        folder = Path(shutil.copytree(CHECKPOINTS / arch, self.folder / "source"))
        path = folder / "scheduler" / "scheduler_config.json"
        config = {**json.loads(path.read_text()), **fields}
        path.write_text(json.dumps({name: value for name, value in config.items() if value is not None}))
        return folder

    def assert_same_pictures_every_way(self, source):
        expected = self.pixels(source)
        self.convert(source, "one.safetensors")
        self.convert("one.safetensors", "two")
        self.convert("two", "three.safetensors", "--force")
        for model in ("one.safetensors", "two", "three.safetensors"):
            self.assertEqual(self.pixels(model), expected, model)
        return expected

    def test_a_zero_snr_velocity_sdxl_is_one_after_every_conversion(self):
        source = self.scheduler("tiny-sdxl", prediction_type="v_prediction", rescale_betas_zero_snr=True,
                                timestep_spacing="trailing")
        expected = self.assert_same_pictures_every_way(source)
        header, _ = harness.read_safetensors(self.folder / "one.safetensors")
        self.assertEqual(header["__metadata__"]["modelspec.prediction_type"], "v")
        for mark in ("v_pred", "ztsnr"):
            self.assertEqual(header[mark]["shape"], [0])
        decided = self.inspect("one.safetensors")
        self.assertIn("zero terminal SNR: it holds the marker 'ztsnr'", decided["decisions"])
        self.assertEqual(decided["not_used"], {})
        shutil.rmtree(source)
        self.assertNotEqual(self.pixels(self.scheduler("tiny-sdxl", prediction_type="epsilon")), expected)

    def test_an_epsilon_model_is_the_same_after_every_conversion(self):
        self.assert_same_pictures_every_way(CHECKPOINTS / "tiny-sd15")

    def test_other_betas_survive_and_other_programs_are_warned_of(self):
        source = self.scheduler("tiny-sd15", beta_start=0.001, beta_schedule="linear", timestep_spacing=None)
        self.assert_same_pictures_every_way(source)
        told = self.convert(source, "told.safetensors")
        self.assertIn("scheduler.beta_start 0.001", told)
        self.assertIn("their pictures will differ", told)

    def test_a_velocity_sd2_needs_no_guess_after_a_conversion(self):
        self.assert_same_pictures_every_way(CHECKPOINTS / "tiny-sd21")
        report = self.inspect("one.safetensors")
        self.assertEqual(report["prediction_type"], "v_prediction")
        self.assertFalse(any("spread" in decision for decision in report["decisions"]), report["decisions"])

    def test_the_users_word_is_written(self):
        self.convert(CHECKPOINTS / "tiny-sdxl.safetensors", "v.safetensors", "--prediction", "v_prediction",
                     "--model-config", CHECKPOINTS / "tiny-sdxl")
        self.assertEqual(self.inspect("v.safetensors")["prediction_type"], "v_prediction")
        self.assertEqual(self.pixels("v.safetensors"),
                         self.pixels(CHECKPOINTS / "tiny-sdxl", "--prediction", "v_prediction"))

    def test_defaults_of_the_model_go_along(self):
        source = self.scheduler("tiny-sd15")
        (source / "redraw.json").write_text('{"steps": 5}')
        (source / "LICENSE").write_text("free")
        self.assertIn("LICENSE", self.convert(source, "one.safetensors"))
        self.convert("one.safetensors", "two")
        for model in ("one.safetensors", "two"):
            self.assertIn("5 steps", self.run_redraw("plan", "--model", model).stdout, model)

    def test_a_tokenizer_that_one_file_has_no_place_for_is_refused(self):
        message = self.refused(4, "model_unsupported", "convert", harness.MODEL, "one.safetensors")
        self.assertIn("4096 tokens", message)
        self.assertIn("folder", message)
        self.convert(harness.MODEL, "folder")

    def test_mistakes_leave_nothing_behind(self):
        folder = CHECKPOINTS / "tiny-sd15"
        (self.folder / "there.safetensors").write_text("mine")
        self.refused(2, "usage", "convert", folder, "there.safetensors")
        self.assertEqual((self.folder / "there.safetensors").read_text(), "mine")
        self.assertIn("diffusers", self.refused(2, "unknown_name", "convert", folder, "x", "--layout", "diffuser"))
        self.assertIn("bf16", self.refused(2, "unknown_name", "convert", folder, "x", "--precision", "bf61"))
        self.refused(3, "file_not_found", "convert", "./nowhere.safetensors", "x")
        self.assertEqual([path.name for path in self.folder.iterdir() if path.name != "data"], ["there.safetensors"])


class TinyAutoencoder(CheckpointsTest):
    """TAESD in two files, as its author publishes it; here under diffusers' names."""

    def half(self, part):
        header, numbers = harness.read_safetensors(SOURCE / "tests" / "golden" / "taesd" / "weights.safetensors")
        kept, data = {}, b""
        for name, entry in header.items():
            if not name.startswith(part + "."):
                continue
            begin, end = entry["data_offsets"]
            kept[name] = {**entry, "data_offsets": [len(data), len(data) + end - begin]}
            data += numbers[begin:end]
        harness.write_safetensors(self.folder / f"taesd_{part}.safetensors", kept, data)

    def test_a_lone_decoder_begins_with_the_models_own_encoder_and_says_so(self):
        self.half("decoder")
        alone = self.img2img("--vae", "taesd_decoder.safetensors")
        self.assert_succeeds(alone)
        self.assertIn("encoded by the model's own autoencoder", alone.stdout + alone.stderr)
        self.half("encoder")
        both = self.img2img("--vae", "taesd_encoder.safetensors")
        self.assert_succeeds(both)
        self.assertNotIn("model's own autoencoder", both.stdout + both.stderr)
        first, second = (self.outdir / name for name in self.files())
        self.assertNotEqual(first.read_bytes(), second.read_bytes())
        decided = self.inspect(harness.MODEL, "--vae", "taesd_decoder.safetensors")["decisions"]
        self.assertIn("taesd_encoder.safetensors", decided[-1])


if __name__ == "__main__":
    harness.main()
