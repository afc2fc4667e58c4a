"""What the program knows without a model: `redraw samplers`, `schedules`, `fields` and `selftest`."""
import json

import harness
from harness import EndToEndTest


class Lists(EndToEndTest):
    def lines(self, *arguments):
        result = self.run_redraw(*arguments)
        self.assert_succeeds(result)
        self.assertEqual(result.stderr, "")
        return result.stdout.splitlines()

    def test_samplers_and_schedules_are_those_of_the_help(self):
        usage = " ".join(self.run_redraw("img2img", "--help").stdout.split())
        for command, name in [("samplers", "euler_a"), ("schedules", "karras")]:
            with self.subTest(command):
                line, = self.lines(command, "--json")
                names = [row["name"] for row in json.loads(line)[command]]
                self.assertIn(name, names)
                self.assertIn(", ".join(names[:-1]) + " or " + names[-1], usage)
                self.assertEqual([line.split()[0] for line in self.lines(command)[1:len(names) + 1]], names)

    def test_the_fields_are_those_of_the_help(self):
        line, = self.lines("fields", "--json")
        fields = json.loads(line)["fields"]
        text = "\n".join(self.lines("fields"))
        usage = self.run_redraw("img2img", "--help").stdout
        for field in fields:
            self.assertRegex(text, rf"(?m)^{field['name']} ")
            for option in field["options"]:
                self.assertRegex(usage, rf"(?m)^  (\S+,)?{option}[, \n]")
        schema = json.loads("\n".join(self.lines("fields", "--schema")))
        self.assertEqual(list(schema["properties"]), [field["name"] for field in fields])
        self.assertEqual(schema["$schema"], "https://json-schema.org/draft/2020-12/schema")
        result = self.run_redraw("fields", "--json", "--schema")
        self.assertEqual(result.returncode, 2)

    def test_the_self_test_is_ok_here(self):
        lines = self.lines("selftest")
        self.assertRegex(lines[-1], r"^all \d+ checks are ok$")
        for seed in [0, 1592514025, 4294967295]:
            self.assertTrue(any(f"torch-cpu, seed {seed}: integers" in line for line in lines), seed)
        line, = self.lines("selftest", "--json")
        report = json.loads(line)
        self.assertTrue(report["ok"] and all(check["ok"] for check in report["checks"]))
        self.assertEqual(len(report["checks"]), int(lines[-1].split()[1]))


if __name__ == "__main__":
    harness.main()
