"""Train the network that tells which way up letters stand, and write its weights.

Run: ``python -m benchmarks.accuracy.train_upright`` (two minutes). Uses calibration seeds only.
"""

from __future__ import annotations

import base64
import textwrap
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.accuracy.pages import CALIBRATION, LAYOUTS, page
from medcab.validators.scan import upright
from medcab.validators.scan.picture import from_image
from medcab.validators.scan.sheet import Sheet

HIDDEN = 24
OUT = Path(upright.__file__).with_name("upright_weights.py")


def letters(seeds: range) -> Any:
    """Upright letters of good pages, all layouts with print."""
    printed = [s for s in seeds if list(LAYOUTS)[s % len(LAYOUTS)] != "handwritten"]
    sheets = (Sheet(from_image(page(seed), (300.0, 300.0))) for seed in printed)
    return np.concatenate([upright.letters_of(sheet) for sheet in sheets])


def turned(rows: Any) -> tuple[Any, Any]:
    """Every letter in four positions, and the clockwise quarter turns that put each right."""
    side = upright.SIDE
    patch, shape = rows[:, :-1].reshape(-1, side, side), rows[:, -1:]
    made, answers = [], []
    for quarter in range(4):
        # rot90 turns counter-clockwise; as many quarters clockwise put it right again.
        turn = np.rot90(patch, quarter, axes=(1, 2)).reshape(len(patch), -1)
        made.append(np.concatenate([turn, shape if quarter % 2 == 0 else -shape], axis=1))
        answers.append(np.full(len(patch), quarter))
    return np.concatenate(made).astype(np.float32), np.concatenate(answers)


def train(x: Any, y: Any, rounds: int = 14) -> list[Any]:
    """Adam on cross-entropy with a little noise on the input."""
    rng = np.random.default_rng(1)
    sizes = (x.shape[1], HIDDEN, 4)
    layers = [
        rng.normal(0, 0.15, (sizes[0], sizes[1])),
        np.zeros(sizes[1]),
        rng.normal(0, 0.3, (sizes[1], sizes[2])),
        np.zeros(sizes[2]),
    ]
    layers = [layer.astype(np.float32) for layer in layers]
    first = [np.zeros_like(layer) for layer in layers]
    second = [np.zeros_like(layer) for layer in layers]
    step = 0
    for epoch in range(rounds):
        order = rng.permutation(len(x))
        rate = 3e-3 * 0.8**epoch
        for batch in np.array_split(order, max(len(x) // 512, 1)):
            a = x[batch] + rng.normal(0, 0.06, (len(batch), x.shape[1])).astype(np.float32)
            h = np.maximum(a @ layers[0] + layers[1], 0)
            z = h @ layers[2] + layers[3]
            z = np.exp(z - z.max(axis=1, keepdims=True))
            z /= z.sum(axis=1, keepdims=True)
            z[np.arange(len(batch)), y[batch]] -= 1
            z /= len(batch)
            back = (z @ layers[2].T) * (h > 0)
            slopes = [a.T @ back, back.sum(0), h.T @ z, z.sum(0)]
            step += 1
            for i, slope in enumerate(slopes):
                slope = slope + 1e-5 * layers[i]
                first[i] = 0.9 * first[i] + 0.1 * slope
                second[i] = 0.999 * second[i] + 0.001 * slope * slope
                fair = first[i] / (1 - 0.9**step), second[i] / (1 - 0.999**step)
                layers[i] -= rate * fair[0] / (np.sqrt(fair[1]) + 1e-8)
        h = np.maximum(x @ layers[0] + layers[1], 0)
        right = ((h @ layers[2] + layers[3]).argmax(axis=1) == y).mean()
        print(f"round {epoch}: {right:.3f} of single letters right", flush=True)
    return layers


def write(layers: list[Any]) -> None:
    """Weights as signed bytes in base 85."""
    lines = [
        '"""Weights of :mod:`medcab.validators.scan.upright`; written by',
        "``benchmarks/accuracy/train_upright.py``: (shape, scale, signed bytes in base 85).",
        '"""',
        "",
        "from __future__ import annotations",
        "",
        "from typing import Final",
        "",
        "LAYERS: Final = (",
    ]
    for layer in layers:
        scale = float(np.abs(layer).max()) / 127
        raw = np.round(layer / scale).astype(np.int8).tobytes()
        text = base64.b85encode(raw).decode("ascii")
        lines += ["    (", f"        {layer.shape!r},", f"        {scale!r},", "        ("]
        lines += [f'            "{part}",' for part in textwrap.wrap(text, 84)]
        lines += ["        ),", "    ),"]
    OUT.write_text("\n".join([*lines, ")"]) + "\n", "utf-8")


if __name__ == "__main__":
    x, y = turned(letters(CALIBRATION[200:284]))
    print(len(x), "letters")
    write(train(x, y))
