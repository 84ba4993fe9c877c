"""Where the card says so, logits are head.npz on the pooled features, for labels and explanations alike."""

import json

import numpy as np
import pytest

from classifier.inference.bundle import CARD, HEAD_FILE, SEPARATE_HEAD, ModelBundle, seal
from classifier.inference.engines import load_engine
from classifier.inference.errors import BundleAltered
from classifier.inference.head import Head
from classifier.inference.pipeline import open_pipeline

IMAGES = np.random.default_rng(0).integers(0, 256, (20, 48, 48, 3), np.uint8)


def with_head(path, own=None, **entries):
    """Seal the bundle again as a variant with this head."""
    if own is not None:
        own.save(path / HEAD_FILE)
    card = {
        key: value for key, value in json.loads((path / CARD).read_text()).items() if key not in {"format", "files"}
    }
    return seal(path, {**card, "head": SEPARATE_HEAD, "parent": "0" * 64, **entries})


def test_the_parents_head_gives_the_parents_logits(bundle, bundle_path):
    of_the_network = load_engine(bundle).run(IMAGES)
    of_the_head = load_engine(with_head(bundle_path)).run(IMAGES)
    np.testing.assert_allclose(of_the_head.logits, of_the_network.logits, atol=1e-4)
    np.testing.assert_array_equal(of_the_head.feature_map, of_the_network.feature_map)


def test_another_head_gives_other_labels(bundle, bundle_path):
    head = Head.load(bundle)
    turned = Head(head.kernel[:, ::-1].copy(), head.bias[::-1].copy())
    before = open_pipeline(bundle_path).classify(IMAGES)
    with_head(bundle_path, turned)
    after = open_pipeline(bundle_path).classify(IMAGES)
    np.testing.assert_allclose(after.logits, before.logits[:, ::-1], atol=1e-4)
    np.testing.assert_allclose(after.probabilities, before.probabilities[:, ::-1], atol=1e-4)


def test_views_are_averaged_under_a_separate_head_too(bundle, bundle_path):
    before = open_pipeline(bundle_path, views=4).classify(IMAGES).logits
    with_head(bundle_path)
    np.testing.assert_allclose(open_pipeline(bundle_path, views=4).classify(IMAGES).logits, before, atol=1e-4)


def test_the_explanation_is_that_of_the_head_that_answers(bundle, bundle_path):
    head = Head.load(bundle)
    variant = with_head(bundle_path, Head(-head.kernel, -head.bias))
    outputs = load_engine(variant).run(IMAGES[:1])
    evidence = outputs.feature_map[0] @ Head.load(variant).kernel
    np.testing.assert_allclose(
        evidence.mean(axis=(0, 1)) + Head.load(variant).bias, outputs.logits[0], rtol=1e-3, atol=1e-3
    )


def test_a_tampered_head_is_refused(bundle_path):
    with_head(bundle_path)
    content = bytearray((bundle_path / HEAD_FILE).read_bytes())
    content[-200] ^= 1
    (bundle_path / HEAD_FILE).write_bytes(content)
    with pytest.raises(BundleAltered, match=HEAD_FILE):
        open_pipeline(bundle_path)


def test_a_head_for_another_network_is_refused(bundle_path):
    variant = with_head(bundle_path, Head(np.zeros((5, 8), np.float32), np.zeros(8, np.float32)))
    with pytest.raises(BundleAltered, match="takes 5 features, and its network has 12"):
        load_engine(variant).run(IMAGES)


def test_a_head_that_is_no_numbers_is_refused(bundle_path):
    variant = with_head(bundle_path, Head(np.full((12, 8), np.nan, np.float32), np.zeros(8, np.float32)))
    with pytest.raises(BundleAltered, match="no numbers"):
        load_engine(variant)


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ({"head": "borrowed"}, "names a head this program does not know"),
        ({"head": ["separate"]}, "names a head this program does not know"),
        ({"parent": "resnet50"}, "parent is no SHA-256"),
        ({"parent": 7}, "parent is no SHA-256"),
    ],
)
def test_a_card_of_a_variant_that_makes_no_sense_is_refused(bundle_path, entries, why):
    with pytest.raises(BundleAltered, match=why):
        with_head(bundle_path, **entries)


def test_a_separate_head_must_be_among_the_files(bundle_path):
    with_head(bundle_path)
    card = json.loads((bundle_path / CARD).read_text())
    del card["files"][HEAD_FILE]
    (bundle_path / CARD).write_text(json.dumps(card))
    with pytest.raises(BundleAltered, match=r"lists no head\.npz"):
        ModelBundle.load(bundle_path)
