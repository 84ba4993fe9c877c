"""Local features of an image, and the geometric proof that two images show the same scene.

ORB keypoints (Rublee et al. 2011) survive rotation, shift, zoom, contrast and moderate shear; a mirrored copy is found by
describing the mirror image as well. Two images are the same scene when an affine map carries enough matched keypoints
onto each other (RANSAC, Fischler & Bolles 1981).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from classifier.inference.types import Rgb

KEYPOINTS = 350
#: Longer side after shrinking, px: features are compared at one coarse scale, and large photographs stay quick.
SIDE = 320
#: Fields that share nothing reach 9 by chance. Fields that overlap by a third give 20 and more, the same cell photographed
#: twice 23-180, augmented copies of one original 110-230 (measured on BCCD and the Kaggle set).
FEWEST_INLIERS = 16
_RATIO = 0.8
_REACH_PX = 4.0
_FILL = 16


@dataclass(frozen=True)
class Features:
    """Keypoint places (K, 2) float32 and descriptors (K, 32) uint8 of an image and of its mirror image."""

    points: NDArray[np.float32]
    descriptors: NDArray[np.uint8]
    mirror_points: NDArray[np.float32]
    mirror_descriptors: NDArray[np.uint8]


def describe(rgb: Rgb) -> Features:
    """Features of an image (H, W, 3) uint8. Black fill and what borders it is left out: its edges are no content."""
    shrink = min(1.0, SIDE / max(rgb.shape[:2]))
    if shrink < 1:
        size = (max(1, round(rgb.shape[1] * shrink)), max(1, round(rgb.shape[0] * shrink)))
        rgb = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    content = cv2.erode((rgb.max(axis=2) > _FILL).astype(np.uint8) * 255, np.ones((9, 9), np.uint8))
    return Features(*_orb(grey, content), *_orb(grey[:, ::-1].copy(), content[:, ::-1].copy()))


def _orb(grey: NDArray[np.uint8], mask: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    orb = cv2.ORB.create(
        nfeatures=KEYPOINTS, scaleFactor=1.3, nlevels=5, edgeThreshold=15, patchSize=31, fastThreshold=7
    )
    points, descriptors = orb.detectAndCompute(grey, mask)
    if descriptors is None:
        return np.empty((0, 2), np.float32), np.empty((0, 32), np.uint8)
    return np.array([point.pt for point in points], np.float32), descriptors


def shared_inliers(one: Features, other: Features) -> int:
    """Matched keypoints that one affine map explains, for the better of plain and mirrored."""
    plain = _inliers(one.points, one.descriptors, other.points, other.descriptors)
    if plain >= FEWEST_INLIERS:
        return plain
    return max(plain, _inliers(one.mirror_points, one.mirror_descriptors, other.points, other.descriptors))


def _inliers(
    points: NDArray[np.float32], descriptors: NDArray[np.uint8], others: NDArray[np.float32], other_d: NDArray[np.uint8]
) -> int:
    if len(points) < FEWEST_INLIERS or len(others) < FEWEST_INLIERS:
        return 0
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(descriptors, other_d, k=2)
    good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < _RATIO * pair[1].distance]
    if len(good) < FEWEST_INLIERS:
        return 0
    source = points[[match.queryIdx for match in good]]
    target = others[[match.trainIdx for match in good]]
    affine, inside = cv2.estimateAffine2D(source, target, method=cv2.RANSAC, ransacReprojThreshold=_REACH_PX)
    if affine is None or not 0.2 < abs(np.linalg.det(affine[:, :2])) < 5.0:  # a collapsed map explains anything
        return 0
    return int(inside.sum())
