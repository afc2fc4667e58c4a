"""More golden token ids than clip.jsonl.gz, for the corners: unicode.jsonl.gz and special_tokens.jsonl beside this file.

  make_tokenizer_edge_cases.py VOCAB_DIR     VOCAB_DIR holds CLIP's vocab.json and merges.txt (scripts/clip-vocabulary);
                                   transformers 5.23.0, tokenizers 0.23.3, Python 3.11

unicode: {"text", "ids"}. Random characters of every kind, marks in any order, Hangul, what decomposes; only of Unicode
14, which Python 3.11 and every ICU from 70 on know.
special_tokens: {"config", "map", "added", "pad", "cases": [[text, ids]...]}: tokenizer_config.json, special_tokens_map.json
and added_tokens.json (null: no such file), the id of the pad token, and prompts.
"""
import gzip
import itertools
import json
import os
import random
import shutil
import sys
import tempfile
import unicodedata

from transformers import CLIPTokenizerFast

vocab, here, rnd = sys.argv[1], os.path.dirname(os.path.abspath(__file__)), random.Random(0)
START, END = "<|startoftext|>", "<|endoftext|>"


def ids(tokenizer, text):
    return tokenizer(text, add_special_tokens=False)["input_ids"]


known = [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Cn", "Cs", "Co")]
marks = [c for c in known if unicodedata.combining(c)]
composed = [c for c in known if unicodedata.decomposition(c)[:1] not in ("", "<")]
jamo = [chr(c) for c in (*range(0x1100, 0x1113), *range(0x1161, 0x1176), *range(0x11A8, 0x11C3))]
ascii_ = [chr(c) for c in range(128)]
spaces = [c for c in known if c.isspace()] + list("\u200b\u180e\ufeff")
small = [c for c in known if ord(c) < 0x600]
texts = [f"a{c}b +{c}+ e{c}\u0301" for c in rnd.sample(known, 1500) + spaces]
for _ in range(1200):
    texts.append("".join(rnd.choice(rnd.choice([marks, composed, jamo, ascii_, spaces, small])) for _ in range(rnd.randrange(1, 40))))
for _ in range(40):
    texts.append("e" + "".join(rnd.choice(rnd.choice([marks, marks, marks, composed])) for _ in range(rnd.randrange(25, 200))))
texts += [s.replace("E", END.upper()).replace("S", START.upper()) for s in ("E", "aEb", "!E!", "<E>", "E'S's", "ES!!", "<|EN E")]
texts += ["'S'T'RE'VE'M'LL'D", "''s", "'sss", "x'll'd", "don\u2019t", "1\u00bd\u2460\u0663", "\u0391\u03a3 \u0130", END + "\u0338", "\u0338" + END, "", " ", "\0"]
tokenizer = CLIPTokenizerFast.from_pretrained(vocab)
with open(f"{here}/unicode.jsonl.gz", "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as f:
    for text in texts:
        f.write((json.dumps({"text": text, "ids": ids(tokenizer, text)}) + "\n").encode())


def options(content, **flags):
    return {"content": content, "lstrip": False, "rstrip": False, "single_word": False} | flags


def tagged(content, normalized):
    return options(content, normalized=normalized, __type="AddedToken")


base = {"bos_token": START, "eos_token": END, "unk_token": END, "pad_token": END}
ends = [END, tagged(END, False), tagged(END, True)]
decoder = {"49406": options(START, normalized=True, special=True), "49407": options(END, normalized=True, special=True), "0": options("!", normalized=False, special=True)}
setups = [(None, None, None)]
setups += [(base | {"eos_token": e, "unk_token": u, "pad_token": p}, None, None) for e, u, p in itertools.product(ends, repeat=3)]
setups += [
    (base | {"pad_token": "!"}, None, None), (base, {"pad_token": "!"}, None), (base | {"pad_token": "!"}, {"pad_token": "a</w>"}, None),
    (base, {k: {"content": v} for k, v in base.items()}, None), (base | {k: {"content": v, "__type": "AddedToken"} for k, v in base.items()}, None, None),
    (base | {"added_tokens_decoder": decoder}, {"pad_token": "!"}, None),
    (base | {"pad_token": "!", "added_tokens_decoder": decoder}, None, None),
    (base | {"added_tokens_decoder": {"49407": options(END, normalized=True), "49408": options("<new1>", normalized=True)}}, None, None),
    (base, None, {"<new1>": 49408, END: 49407}), (base, None, {"<new2>": 49409, "<new1>": 49408}),
    (base | {"pad_token": "!", "additional_special_tokens": ["!!!", "fire</w>"]}, None, None),
    (base | {"added_tokens_decoder": {"49408": options("<\u00c9 X>", normalized=True), "49409": options("a<", normalized=False)}}, None, None),
]
texts = [f"a{END.upper()}b {END}", f"{START.upper()} a{START}", "!!!! a!! a</w> fire</w>", "a<NEW1>b <new1><New2>c<new2>", "a <e\u0301\u00a0 x>b"]
with open(f"{here}/special_tokens.jsonl", "w") as f:
    for config, special_map, added in setups:
        folder = tempfile.mkdtemp()
        for name in ("vocab.json", "merges.txt"):
            shutil.copy(f"{vocab}/{name}", folder)
        for name, content in (("tokenizer_config", config), ("special_tokens_map", special_map), ("added_tokens", added)):
            if content is not None:
                with open(f"{folder}/{name}.json", "w") as g:
                    json.dump(content, g)
        tokenizer = CLIPTokenizerFast.from_pretrained(folder)
        row = {"config": config, "map": special_map, "added": added, "pad": tokenizer.pad_token_id, "cases": [[t, ids(tokenizer, t)] for t in texts]}
        f.write(json.dumps(row) + "\n")
        shutil.rmtree(folder)
