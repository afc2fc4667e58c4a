"""`redraw plan`: the schedule of a run without the run."""
import json
import shutil

import harness
from harness import EndToEndTest, MODEL


class Plan(EndToEndTest):
    def plan(self, *arguments):
        result = self.run_redraw("plan", *arguments, "--json")
        self.assert_succeeds(result)
        self.assertEqual(len(result.stdout.splitlines()), 1, result.stdout)
        return json.loads(result.stdout)

    def test_the_steps_of_a_strength_are_counted_without_a_picture(self):
        for arguments, run, steps in [(["--steps", 10, "--strength", 0.7], 7, 10),
                                      (["--steps", 20, "--strength", 0.75, "--semantics", "comfyui"], 20, 26),
                                      (["--steps", 12], 12, 12)]:
            with self.subTest(arguments):
                plan = self.plan(*arguments)
                self.assertEqual((plan["steps_run"], plan["steps"]), (run, steps))
                self.assertEqual([entry["is_run"] for entry in plan["entries"]],
                                 [False] * (steps - run) + [True] * run)
                self.assertEqual(plan["from_picture"], len(arguments) > 2)

    def test_it_is_the_plan_that_the_run_states(self):
        chosen = ["--steps", "4", "--strength", "0.5", "--sampler", "heun", "--schedule", "karras"]
        run = self.img2img(*chosen, "--json")
        self.assert_succeeds(run)
        plan = self.plan(*chosen)
        self.assertEqual(json.loads(run.stdout)["plan"]["line"], plan["line"])
        self.assertEqual(json.loads(run.stdout)["plan"]["origins"]["cfg_scale"], "model")
        self.assertIn(plan["line"], run.stderr)
        self.assertEqual(plan["network_calls"], 3)

    def test_for_people_it_is_a_table(self):
        result = self.run_redraw("plan", "--steps", 10, "--strength", 0.7)
        self.assert_succeeds(result)
        lines = result.stdout.splitlines()
        self.assertTrue(lines[0].startswith("strength 0.7 x 10 steps: running 7 of 10, from t=601"), lines[0])
        self.assertIn("rule of diffusers: the last int(steps * strength) steps", lines)
        self.assertIn("   4  601  2.2929     0.1598       0.9166    1      1", lines)

    def test_every_rule_at_once(self):
        result = self.run_redraw("plan", "--steps", 20, "--semantics", "all")
        self.assert_succeeds(result)
        counts = {line.split()[0]: line.split()[1:3] for line in result.stdout.splitlines()[1:]}
        self.assertEqual(counts["a1111"], ["16", "20"])
        self.assertEqual(counts["comfyui"], ["20", "26"])
        rules = self.plan("--steps", 20, "--semantics", "all")["rules"]
        self.assertEqual([rule["semantics"] for rule in rules], list(counts))

    def test_a_level_that_is_infinite_is_null(self):
        model = self.folder / "model"  # without its weights: a plan needs none
        shutil.copytree(MODEL, model, ignore=shutil.ignore_patterns("samples", "*.safetensors"))
        path = model / "scheduler" / "scheduler_config.json"
        path.write_text(json.dumps(dict(json.loads(path.read_text()), prediction_type="v_prediction",
                                        rescale_betas_zero_snr=True, timestep_spacing="trailing")))
        plan = self.plan("--steps", 4, "--model", model)
        self.assertEqual((plan["entries"][0]["sigma"], plan["entries"][0]["noise_share"]), (None, 1))
        self.assertIn("inf", self.run_redraw("plan", "--steps", 4, "--model", model).stdout)

    def test_the_plot_is_a_picture_and_takes_the_place_of_an_older_one(self):
        path = self.folder / "plan.png"
        for steps in [10, 20]:
            result = self.run_redraw("plan", "--steps", steps, "--strength", 0.7, "--png", "plan.png")
            self.assert_succeeds(result)
            self.assertIn("wrote plan.png", result.stdout)
            kinds = [kind for kind, _ in harness.png_chunks(path.read_bytes())]
            self.assertEqual((kinds[0], kinds[-1]), (b"IHDR", b"IEND"))
        self.assertEqual([file.name for file in self.folder.iterdir()], ["plan.png"])

    def test_what_cannot_run_is_refused(self):
        for arguments, status, phrase in [(["--steps", 10, "--strength", 0.05], 2, "at least 0.1"),
                                          (["--sampler", "eular"], 2, "'euler'"),
                                          (["--semantics", "a111"], 2, "'a1111'"),
                                          (["--semantics", "all", "--png", "x.png"], 2, "--semantics all"),
                                          (["--png", "no/such/folder.png"], 5, "no/such"),
                                          (["fire"], 2, "unknown argument 'fire'")]:
            with self.subTest(arguments):
                result = self.run_redraw("plan", *arguments)
                self.assertEqual(result.returncode, status, result.stderr)
                self.assertIn(phrase, result.stderr)
                self.assertEqual(result.stdout, "")


if __name__ == "__main__":
    harness.main()
