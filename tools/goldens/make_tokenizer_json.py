"""Golden token ids of folders whose vocabulary is in tokenizer.json: tokenizer_json.jsonl beside this file.

  make_tokenizer_json.py DEST VOCAB_DIR     VOCAB_DIR holds CLIP's vocab.json and merges.txt (scripts/clip-vocabulary);
                                            transformers 5.23.0, tokenizers 0.23.3

{"added", "edits", "config", "map", "legacy", "pad", "cases": [[text, ids]...]}: the list "added_tokens" of tokenizer.json
(null: as transformers saves it), what else is set in it (a path of keys and a value), tokenizer_config.json,
special_tokens_map.json and added_tokens.json (null: no such file), the id of the pad token, and prompts.
"""
import json
import os
import sys
import tempfile

from transformers import CLIPTokenizer

dest, vocab = sys.argv[1:]
START, END = "<|startoftext|>", "<|endoftext|>"
saved = tempfile.mkdtemp()
CLIPTokenizer.from_pretrained(vocab).save_pretrained(saved)
WHOLE = json.load(open(f"{saved}/tokenizer.json", encoding="utf-8"))


def token(number, content, **flags):
    return {"id": number, "content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": False} | flags


def ends(start, end):
    return [token(49406, START, normalized=start, special=True), token(49407, END, normalized=end, special=True)]


base = {"bos_token": START, "eos_token": END, "unk_token": END, "pad_token": END, "tokenizer_class": "CLIPTokenizer"}
new = [token(49408, "<New1>", normalized=True), token(49409, "<new2>")]
decoder = {"49407": {k: v for k, v in token(49407, END, normalized=True, special=True).items() if k != "id"}}
V4 = [["pre_tokenizer", "pretokenizers", 0, "pattern", "Regex"], r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"]
rows = [  # added, edits, config, map, legacy
    (None, [], None, None, None),
    (None, [], base, None, None),
    (None, [], base | {"pad_token": "!"}, None, None),
    (None, [], base, {"pad_token": "!"}, None),
    ([], [], base, None, None),
    (ends(False, False), [], base, None, None),
    (ends(False, True), [], None, None, None),
    (ends(True, True) + new, [], base, None, None),
    (ends(True, False) + new, [], base | {"pad_token": "!"}, None, None),
    (ends(True, False) + new, [], base | {"added_tokens_decoder": decoder}, None, None),
    (ends(True, False) + new, [], base, None, {"<old>": 49408, "<other>": 49410}),
    (None, [V4], base, None, None),
    (None, [[["pre_tokenizer"], None], [["normalizer"], None]], base, None, None),
    (None, [[["pre_tokenizer", "pretokenizers"], []], [["normalizer", "normalizers"], []]], base, None, None),
    (None, [[["truncation"], {"direction": "Right", "max_length": 8, "strategy": "LongestFirst", "stride": 0}],
            [["padding"], {"strategy": {"Fixed": 8}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0, "pad_type_id": 0, "pad_token": "!"}],
            [["post_processor"], None], [["decoder"], None]], base, None, None),
    (None, [[["model", "type"], None]], base, None, None),
]
texts = [f"a{END.upper()}b {END}", f"{START.upper()} a{START}", "!! a</w> fire</w>!", "a<NEW1>b <new1><New2>c<new2>", "<OLD> <old>x<other>", "It's 12  \u00c9t\u00e9s, e\u0301"]
with open(f"{dest}/tokenizer/tokenizer_json.jsonl", "w") as f:
    for added, edits, config, special_map, legacy in rows:
        whole = json.loads(json.dumps(WHOLE))
        if added is not None:
            whole["added_tokens"] = added
        for path, value in edits:
            place = whole
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = value
        folder = tempfile.mkdtemp()
        for name, content in (("tokenizer", whole), ("tokenizer_config", config), ("special_tokens_map", special_map), ("added_tokens", legacy)):
            if content is not None:
                with open(f"{folder}/{name}.json", "w") as g:
                    json.dump(content, g)
        if ["model", "type"] in [path for path, _ in edits]:  # the library itself wants it; transformers 5.23.0 does not
            whole["model"].pop("type")
            json.dump(whole, open(f"{folder}/tokenizer.json", "w"))
        try:
            tokenizer = CLIPTokenizer.from_pretrained(folder)
        except Exception as e:
            print("row", added, edits, config, ":", e)
            continue
        ids = [tokenizer(t, add_special_tokens=False, truncation=False, padding=False)["input_ids"] for t in texts]
        row = {"added": added, "edits": edits, "config": config, "map": special_map, "legacy": legacy, "pad": tokenizer.pad_token_id, "cases": list(map(list, zip(texts, ids)))}
        f.write(json.dumps(row) + "\n")
