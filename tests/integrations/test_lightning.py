"""The torchmetrics adaptor in Lightning: logged by object, reset at each epoch, checkpointed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("lightning")

import lightning
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

import spanf1
from spanf1.integrations.torchmetrics import SpanF1

pytestmark = pytest.mark.filterwarnings("ignore")

LABELS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]


def rows(count: int, seed: int) -> list[tuple[Tensor, Tensor]]:
    """Return tokens and their label ids, the last of each row padded."""
    random = torch.Generator().manual_seed(seed)
    found = []
    for _ in range(count):
        tokens = torch.randint(30, (12,), generator=random)
        target = torch.randint(len(LABELS), (12,), generator=random)
        target[-3:] = -100
        found.append((tokens, target))
    return found


class Tagger(lightning.LightningModule):
    def __init__(self) -> None:
        super().__init__()
        self.scores = nn.Embedding(30, len(LABELS))
        self.f1 = SpanF1(labels=LABELS)
        self.figures = SpanF1(labels=LABELS, return_dict=True)
        self.seen: list[tuple[Tensor, Tensor]] = []

    def training_step(self, batch: Any, _: int) -> Tensor:
        tokens, target = batch
        return nn.functional.cross_entropy(self.scores(tokens).flatten(0, 1), target.flatten())

    def on_validation_epoch_start(self) -> None:
        self.seen = []

    def validation_step(self, batch: Any, _: int) -> None:
        tokens, target = batch
        logits = self.scores(tokens)
        self.f1(logits, target)
        self.figures.update(logits, target)
        self.seen.append((logits.argmax(-1), target))
        self.log("f1", self.f1, on_step=False, on_epoch=True)

    def on_validation_epoch_end(self) -> None:
        self.log_dict(self.figures.compute())
        self.figures.reset()

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.Adam(self.parameters(), 0.1)


@pytest.mark.slow
def test_what_is_logged_is_the_score_of_the_epoch(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = Tagger()
    trainer = lightning.Trainer(
        max_epochs=3,
        accelerator="cpu",
        devices=1,
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        default_root_dir=tmp_path,
        callbacks=[lightning.pytorch.callbacks.ModelCheckpoint(tmp_path, monitor="f1", mode="max")],
    )
    trainer.fit(model, DataLoader(rows(40, 1), 8), DataLoader(rows(30, 2), 7))
    # The last epoch only: the metric was reset before it.
    predicted, gold = (torch.cat(side) for side in zip(*model.seen, strict=True))
    assert len(gold) == 30
    expected = spanf1.evaluate(gold, predicted, labels=LABELS)
    logged = {name: float(value) for name, value in trainer.callback_metrics.items()}
    assert 0 < expected.micro.f1 < 1
    assert logged["f1"] == pytest.approx(expected.micro.f1)
    assert logged["precision"] == pytest.approx(expected.micro.precision)
    assert logged["PER_f1"] == pytest.approx(expected["PER"].f1)
    assert list(tmp_path.glob("*.ckpt"))
