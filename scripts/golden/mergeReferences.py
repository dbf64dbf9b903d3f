"""Reference values for every merge method and dialect, in NumPy float64 from the published formulas, on ordinary models and on edge
cases. Task vectors are float32 differences, as the library defines them; everything after is float64.

Usage: python scripts/golden/mergeReferences.py   (needs numpy; writes test/golden/merge)
"""

import base64
import json
import pathlib

import numpy as np

SEED = 23
EXPERTS = 4
F = np.float64


# ---- Models -----------------------------------------------------------------------------------------------------------------------

SHAPES = {"model.embed_tokens.weight": (7, 6), "layers.0.up_proj.weight": (9, 5), "layers.0.down_proj.weight": (4, 11), "norm.weight": (13,)}


def normal_models(rng):
    base = {name: rng.normal(0, 0.05, shape).astype(np.float32) for name, shape in SHAPES.items()}
    experts = []
    for _ in range(EXPERTS):
        kept = {name: rng.random(shape) < 0.8 for name, shape in SHAPES.items()}
        experts.append({n: (base[n] + rng.normal(0, 0.004, s) * kept[n]).astype(np.float32) for n, s in SHAPES.items()})
    return base, experts


def grid_models(rng):
    """Changes on a grid: equal magnitudes and sums of exactly zero abound."""
    base = {name: (rng.integers(-50, 51, shape) / 512).astype(np.float32) for name, shape in SHAPES.items()}
    experts = [
        {name: (base[name] + rng.integers(-3, 4, shape) / 512).astype(np.float32) for name, shape in SHAPES.items()}
        for _ in range(EXPERTS)
    ]
    return base, experts


def edge_models(rng):
    """One edge case per tensor."""
    zero = np.zeros(12)
    v = rng.integers(1, 9, 12) / 64
    change = {
        "noChange.weight": [zero] * 4,
        "equalMagnitudes.weight": [rng.choice([-0.25, 0.25], 12) for _ in range(4)],
        "cancelling.weight": [v, -v, 2 * v, -2 * v],
        "identical.weight": [v] * 4,
        "large.weight": [60000 * np.sign(rng.normal(0, 1, 12)) for _ in range(4)],
        "subnormal.weight": [rng.integers(-3, 4, 12) * 2.0**-140 for _ in range(4)],
        "oneChanged.weight": [v, zero, zero, zero],
    }
    base = {name: (rng.integers(-64, 65, 12) / 64).astype(np.float32).reshape(3, 4) for name in change}
    base["large.weight"] = np.zeros((3, 4), np.float32)
    base["subnormal.weight"] = np.zeros((3, 4), np.float32)
    base["cancelling.weight"] = np.zeros((3, 4), np.float32)
    experts = [
        {name: (base[name] + rows[m].reshape(3, 4)).astype(np.float32) for name, rows in change.items()} for m in range(4)
    ]
    extra = {"rowOfOne.weight": (6, 1), "short.weight": (8,), "oneEntry.weight": (1,), "threeAxes.weight": (3, 2, 4)}
    for name, shape in extra.items():
        base[name] = rng.normal(0, 0.1, shape).astype(np.float32)
        for expert in experts:
            expert[name] = (base[name] + rng.normal(0, 0.01, shape)).astype(np.float32)
    base["negativeZero.weight"] = np.array([-0.0, -0.0, 0.0, 1.0], np.float32)
    for m, expert in enumerate(experts):
        expert["negativeZero.weight"] = np.array([-0.0, 0.0, -0.0, 1.0 + m / 4], np.float32)
    return base, experts


# ---- Random numbers: Threefry-2x32-20, keys from FNV-1a, as src/random.ts documents them -----------------------------------------------


def threefry(k0, k1, c0, c1):
    """Two words per counter; all arrays of uint32."""
    rotations = [13, 15, 26, 6, 17, 29, 16, 24]
    with np.errstate(over="ignore"):
        k0, k1, x0, x1 = (np.asarray(x, np.uint32) for x in (k0, k1, c0, c1))
        ks = [k0, k1, np.uint32(0x1BD11BDA) ^ k0 ^ k1]
        x0, x1 = x0 + ks[0], x1 + ks[1]
        for group in range(5):
            for i in range(4):
                r = rotations[4 * (group % 2) + i]
                x0 = x0 + x1
                x1 = ((x1 << np.uint32(r)) | (x1 >> np.uint32(32 - r))) ^ x0
            x0 = x0 + ks[(group + 1) % 3]
            x1 = x1 + ks[(group + 2) % 3] + np.uint32(group + 1)
    return x0, x1


def key(seed, stream):
    def fnv(basis):
        h = basis
        for ch in stream:
            h = ((h ^ ord(ch)) * 0x01000193) & 0xFFFFFFFF
        return h

    k0, k1 = threefry(seed, 0, fnv(0x811C9DC5), fnv(0x050C5D1F))
    return k0, k1


def words(stream_key, first, count):
    blocks = np.arange(first, first + count, dtype=np.uint64)
    a, b = threefry(*stream_key, (blocks & 0xFFFFFFFF).astype(np.uint32), (blocks >> 32).astype(np.uint32))
    return a.astype(np.uint64), b.astype(np.uint64)


def uniform(stream_key, count):
    a, b = words(stream_key, 0, count)
    return ((a >> np.uint64(5)).astype(F) * 2.0**26 + (b >> np.uint64(6)).astype(F)) / 2.0**53


def bernoulli(stream_key, density, count):
    """Number i has lane i % 32 of the 64 words of mask i // 32 as its binary digits."""
    out = []
    for i in range(count):
        a, b = words(stream_key, 32 * (i // 32), 32)
        digits = [int(w >> np.uint64(i % 32)) & 1 for pair in zip(a, b) for w in pair]
        out.append(sum(d * 2.0 ** -(j + 1) for j, d in enumerate(digits)) < density)
    return np.array(out)


# ---- Parts ---------------------------------------------------------------------------------------------------------------------------


def taus(base, experts, name):
    """Task vectors of a tensor: float32 differences as float64, (M, …)."""
    return np.stack([e[name] - base[name] for e in experts]).astype(F)


def weights_of(options, count):
    return np.broadcast_to(np.array(options.get("weights", 1), F), (count,))


def per_expert(options, name, default, count):
    return np.broadcast_to(np.array(options.get(name, default), F), (count,))


def column(vector, like):
    return np.asarray(vector).reshape(-1, *[1] * (like.ndim - 1))


def agreeing(tau, ballots, on_zero):
    total = ballots.sum(0)
    sign = np.where(total == 0, on_zero, np.sign(total))
    return (np.sign(tau) == sign) & (tau != 0)


def divide(total, by):
    return total / np.where(by == 0, 1, by)


def by_rank(row, first, last):
    """Keep the entries of ranks first + 1 … last by magnitude. Of equal magnitudes at either limit, the first ones of the tensor stay."""
    size = np.abs(row)
    order = np.sort(size)
    if last <= first:
        return np.zeros(row.shape, bool)
    low = order[first] if first > 0 else -1
    high = order[last - 1] if last < len(row) else np.inf
    keep = (size > low) & (size < high)
    limits = [low] if low == high else [low, high]
    for limit in limits:
        place = np.flatnonzero(size == limit)
        wanted = np.sum(order[first:last] == limit)
        keep[place[:wanted]] = True
    return keep


def general(tau, options, consensus, normalize, rescale, masks):
    """mergekit's generalised task arithmetic on (M, n) task vectors, with the entries that each keeps."""
    m = len(tau)
    w = weights_of(options, m)
    kept = tau * masks
    if options.get("rescale", rescale):
        before, after = np.abs(tau).sum(1), np.abs(kept).sum(1)
        kept = kept * np.where((before < 1e-7) | (after < 1e-7), 1, before / np.where(after == 0, 1, after))[:, None]
    kept = kept * w[:, None]
    passing = agreeing(kept, kept, 1) if consensus else np.ones(kept.shape, bool)
    total = (kept * passing).sum(0)
    if options.get("normalize", normalize):
        by = (w[:, None] * passing).sum(0)
        total = total / np.where(by == 0 if consensus else np.abs(by) < 1e-8, 1, by)
    return options.get("lambda", 1) * total


# ---- Methods: (base, experts, options, dialect) → parameters -----------------------------------------------------------------------------


def tensors(rule):
    """A method that sees one tensor at a time: rule(name, θ₀, θ (M, …), τ (M, …), options, dialect) → merged."""

    def merge(base, experts, options, dialect):
        return {
            name: rule(name, base[name].astype(F), np.stack([e[name] for e in experts]).astype(F), taus(base, experts, name), options, dialect)
            for name in base
        }

    return merge


def flat(rule):
    """Likewise, for rules on flattened task vectors that give a task vector."""
    return tensors(lambda n, b, t, d, o, dialect: b + rule(n, d.reshape(len(d), -1), o, dialect).reshape(b.shape))


def dared(inner):
    def merge(base, experts, options, dialect):
        density = options.get("dareDensity", 0.8 if dialect == "m2rl-code" else 0.2)
        scale = 1 / density if options.get("rescale", True) else 1
        changed = []
        for m, expert in enumerate(experts):
            out = {}
            for name, start in base.items():
                u = uniform(key(options.get("seed", 0), f"dare/{m}/{name}"), start.size).reshape(start.shape)
                step = (expert[name].astype(F) - start.astype(F)) * scale
                out[name] = np.where(u < density, start.astype(F) + step, start).astype(np.float32)
            changed.append(out)
        return inner(base, changed, options, dialect)

    return merge


average = tensors(lambda n, b, t, d, o, dialect: t.mean(0))


def linear(n, b, t, d, o, dialect):
    w = weights_of(o, len(t))
    total = (column(w, t) * t).sum(0)
    return total / w.sum() if o.get("normalize", True) else total


def task_arithmetic(n, tau, o, dialect):
    return general(tau, o, False, False, False, np.ones(tau.shape))


def ties(base, experts, options, dialect):
    if dialect == "mergekit":
        return flat(ties_per_tensor)(base, experts, options, dialect)
    names = sorted(base)
    rows = np.stack([np.concatenate([(e[n] - base[n]).ravel() for n in names]) for e in experts]).astype(F)
    trimmed = []
    for row, density in zip(rows, per_expert(options, "density", 0.2, len(rows))):
        k = int(row.size * round(1 - density, 12))
        trimmed.append(np.where(np.abs(row) >= (np.sort(np.abs(row))[k - 1] if k > 0 else 0), row, 0))
    trimmed = np.stack(trimmed)
    majority = np.sign(np.sign(trimmed.sum(0)).sum())
    passing = agreeing(trimmed, trimmed, majority)
    merged = options.get("lambda", 1) * divide((trimmed * passing).sum(0), passing.sum(0))
    out, start = {}, 0
    for name in names:
        out[name] = base[name].astype(F) + merged[start : start + base[name].size].reshape(base[name].shape)
        start += base[name].size
    return out


def ties_per_tensor(n, tau, o, dialect):
    size = tau.shape[1]
    counts = [max(1, int(d * size)) for d in per_expert(o, "density", 1, len(tau))]
    return general(tau, o, True, True, False, np.stack([by_rank(row, size - k, size) for row, k in zip(tau, counts)]))


def breadcrumbs(consensus):
    def rule(n, tau, o, dialect):
        size = tau.shape[1]
        masks = []
        densities = per_expert(o, "density", 1 if dialect == "mergekit" else 0.9, len(tau))
        for row, density, gamma in zip(tau, densities, per_expert(o, "gamma", 0.01, len(tau))):
            k, top = int(density * size), int(gamma * size)
            bottom = max(0, size - k - top)
            masks.append(np.ones(size, bool) if density == 1 else by_rank(row, bottom, bottom + k))
        return general(tau, o, consensus, False, False, np.stack(masks))

    return flat(rule)


def dare_mergekit(consensus):
    def rule(n, tau, o, dialect):
        densities = per_expert(o, "density", 1, len(tau))
        masks = [
            bernoulli(key(o.get("seed", 0), f"bernoulli/{m}/{n}"), p, tau.shape[1]) for m, p in enumerate(densities)
        ]
        return general(tau, o, consensus, False, True, np.stack(masks))

    return flat(rule)


def della(consensus):
    def rule(name, b, t, d, o, dialect):
        row = b.shape[-1] if b.ndim > 0 else 1
        kept, chance = [], []
        for m, tau in enumerate(d):
            density, eps = per_expert(o, "density", 0.2, len(d))[m], per_expert(o, "epsilon", 0.15, len(d))[m]
            rows = tau.reshape(-1, row)
            rank = np.argsort(np.argsort(np.abs(rows), axis=1, kind="stable"), axis=1)
            if density == 1:
                p = np.ones(rows.shape)
            elif dialect == "mergekit":
                r = rank / (row - 1) if row > 1 else np.full(rows.shape, 0.5)
                p = density - eps + r * 2 * eps
            else:
                p = 1 - (1 - density - eps / 2 + eps / row * (row - 1 - rank))
            a, c = words(key(o.get("seed", 0), f"della/{m}/{name}"), 0, tau.size // 2 + 1)
            u = np.stack([a, c], 1).ravel()[: tau.size].astype(F) / 2.0**32
            kept.append((u < p.ravel()).reshape(tau.shape))
            chance.append(p.reshape(tau.shape))
        kept, chance = np.stack(kept), np.stack(chance)
        if dialect == "mergekit":
            m = len(d)
            return b + general(d.reshape(m, -1), o, consensus, consensus, True, kept.reshape(m, -1)).reshape(b.shape)
        scaled = d * kept / (chance if o.get("rescale", True) else 1)
        w = column(weights_of(o, len(d)), d)
        passing = agreeing(scaled * w, scaled * w, 1) if consensus else np.ones(d.shape, bool)
        total = (scaled * w * passing).sum(0)
        return b + o.get("lambda", 1) * (divide(total, (w * passing).sum(0)) if consensus else total)

    return tensors(rule)


def sce(n, tau, o, dialect):
    topk, chosen = o.get("selectTopk", 1), tau
    if topk < 1:
        variance = tau.var(0).astype(np.float32)
        nonzero = np.count_nonzero(variance)
        k = int(np.float32(nonzero) * np.float32(topk)) if dialect == "mergekit" else int(nonzero * topk)
        chosen = tau * by_rank(variance.astype(F), variance.size - k, variance.size)
    energy = (chosen**2).mean(1)
    alike = energy.sum() < 1e-6 if dialect == "mergekit" else energy.sum() == 0
    w = np.full(len(tau), 1 / len(tau)) if alike else energy / energy.sum()
    used = tau if dialect == "m2rl-code" else chosen
    passing = agreeing(used, used, 1) * w[:, None]
    by = passing.sum(0)
    return o.get("lambda", 1) * (used * passing).sum(0) / (np.maximum(by, 1e-6) if dialect == "mergekit" else np.where(by == 0, 1, by))


def slerp(n, b, t, d, o, dialect):
    p, x, y = o.get("t", 0.5), b.ravel(), t[0].ravel()
    norms = [np.linalg.norm(v) if np.linalg.norm(v) > 1e-8 else 1 for v in (x, y)]
    cosine = np.clip(np.dot(x / norms[0], y / norms[1]), -1, 1)
    if abs(cosine) > 0.9995:
        return (1 - p) * b + p * t[0]
    angle = np.arccos(cosine)
    return (np.sin((1 - p) * angle) * b + np.sin(p * angle) * t[0]) / np.sin(angle)


def nuslerp(n, b, t, d, o, dialect):
    w = weights_of(o, 2)
    p = 0.5 if abs(w.sum()) < 1e-6 else w[1] / w.sum()
    along_rows = o.get("rowWise", False) != o.get("compat", False)
    if o.get("flatten", True) or b.ndim < 2:
        axes = tuple(range(b.ndim))
    else:
        axes = (b.ndim - 1,) if along_rows else (0,)
    norm = lambda v: np.maximum(np.sqrt((v**2).sum(axes, keepdims=True)), 1e-7)
    cosine = np.clip((d[0] / norm(d[0]) * d[1] / norm(d[1])).sum(axes, keepdims=True), -1, 1)
    straight = 1 - cosine**2 <= 1e-14
    angle = np.arccos(np.where(straight, 0, cosine))
    arc = (np.sin((1 - p) * angle) * d[0] + np.sin(p * angle) * d[1]) / np.sin(angle)
    return b + np.where(straight, (1 - p) * d[0] + p * d[1], arc)


def multislerp(n, tau, o, dialect):
    """With the tangent step, which adds up to zero."""
    w = weights_of(o, len(tau))
    w = w / w.sum() if o.get("normalize", True) else w
    norms = np.sqrt((tau**2).sum(1))
    if not norms.any():
        return np.zeros(tau.shape[1])
    units = tau / (norms + 1e-8)[:, None]
    mean = (w[:, None] * units).sum(0)
    mean = mean / np.linalg.norm(mean)
    tangent = (w[:, None] * (units - (units @ mean)[:, None] * mean)).sum(0)
    r = np.linalg.norm(tangent) + 1e-8
    return (np.cos(r) * mean + np.sin(r) / r * tangent) * (w * norms).sum()


def karcher(n, b, t, d, o, dialect):
    rows = t.reshape(len(t), -1)
    norms = np.linalg.norm(rows, axis=1)
    units = [row / norm for row, norm in zip(rows, norms) if norm > 1e-5]
    if not units:
        return np.zeros(b.shape)
    mean = sum(units) / len(units)
    mean = units[0] if np.linalg.norm(mean) < 1e-5 else mean / np.linalg.norm(mean)
    for _ in range(o.get("maxIter", 10)):
        step = 0
        for unit in units:
            cosine = np.clip(unit @ mean, -1, 1)
            angle = np.arccos(cosine)
            if angle >= 1e-5 and np.sin(angle) > 1e-7:
                step = step + angle / np.sin(angle) * (unit - cosine * mean) / len(units)
        size = np.linalg.norm(step)
        if size < 1e-5:
            break
        mean = np.cos(size) * mean + np.sin(size) * step / size
        mean = mean / np.linalg.norm(mean)
    return (norms.mean() * mean).reshape(b.shape)


def model_stock(n, b, t, d, o, dialect):
    rows = d.reshape(len(d), -1, b.shape[-1] if o.get("filterWise", False) else b.size)
    norms = np.sqrt((rows**2).sum(2))
    cosines = []
    for i in range(len(d)):
        for j in range(i):
            by = norms[i] * norms[j]
            by = np.maximum(by, 1e-6) if dialect == "mergekit" else np.where(by == 0, 1, by)
            cosines.append(np.clip((rows[i] * rows[j]).sum(1) / by, -1, 1))
    cosine = np.mean(cosines, axis=0)
    by = 1 + (len(d) - 1) * cosine
    share = np.where(np.abs(by) < 1e-6, 0, len(d) * cosine / np.where(np.abs(by) < 1e-6, 1, by))
    return b + (share[:, None] * rows.mean(0)).reshape(b.shape)


def nearswap(n, b, t, d, o, dialect):
    share = np.clip(o["t"] / np.maximum(np.abs(t[0] - b), 1e-6), 0, 1)
    return share * t[0] + (1 - share) * b


def arcee_fusion(n, b, t, d, o, dialect):
    def softmax(x):
        e = np.exp(x - x.max(-1, keepdims=True))
        return e / e.sum(-1, keepdims=True) + 1e-8

    p, q = softmax(t[0]), softmax(b)
    score = np.abs(t[0] - b) * np.maximum(0, (p * np.log(p / q)).sum(-1, keepdims=True))
    order = np.sort(score.astype(np.float32).ravel()).astype(F)
    low, middle, high = (order[int(share * (order.size - 1))] for share in (0.25, 0.5, 0.75))
    return b + (t[0] - b) * (score.astype(np.float32) >= middle + 1.5 * (high - low))


passthrough = tensors(lambda n, b, t, d, o, dialect: o.get("scale", 1) * t[0])


def shared_unique(tau, eps):
    active = np.abs(tau) > eps
    count = active.sum(0)
    return active, count, (active & (count == 1)).sum(1), (active & (count > 1)).sum(1)


def ram_sum(tau, eps, factors):
    active, count, _, _ = shared_unique(tau, eps)
    parts = tau * active
    return (np.where(count == 1, parts * factors[:, None], parts / np.maximum(count, 1))).sum(0)


def ram(n, tau, o, dialect):
    return ram_sum(tau, o.get("epsilon", 1e-5), np.ones(len(tau)))


def ram_plus_tl(n, tau, o, dialect):
    eps = o.get("epsilon", 1e-5)
    _, _, unique, shared = shared_unique(tau, eps)
    ratio = np.clip(shared / np.maximum(unique, eps), 0, o.get("alpha", 0.2))
    return ram_sum(tau, eps, 1 + o.get("r", 0.1) * ratio)


def ram_global(base, experts, options, dialect):
    eps = options.get("epsilon", 1e-5)
    counts = [shared_unique(taus(base, experts, n).reshape(len(experts), -1), eps) for n in base]
    unique, shared = sum(c[2] for c in counts), sum(c[3] for c in counts)
    factors = 1 + (options.get("r", 1.2) - 1) * np.minimum(1, shared / unique)
    return flat(lambda n, tau, o, d: ram_sum(tau, eps, factors))(base, experts, options, dialect)


def mag_max(n, tau, o, dialect):
    best = tau[0]
    for row in tau[1:]:
        best = np.where(np.abs(row) >= np.abs(best), row, best)
    return o.get("lambda", 0.5) * best


def consensus_ta(n, tau, o, dialect):
    total = tau.sum(0)
    votes = (np.abs(tau) >= o.get("tallLambda", 0.4) * np.abs(total - tau)).sum(0)
    return o.get("lambda", 1) * total * (votes >= o.get("consensus", 2))


def table(name):
    return "embed_tokens" in name or "lm_head" in name


def thin_svd(matrix):
    """Without the directions of singular value zero."""
    u, s, vt = np.linalg.svd(matrix, full_matrices=False)
    keep = s > 1e-6 * s.max() if s.max() > 0 else np.zeros(s.shape, bool)
    return u[:, keep], s[keep], vt[keep], len(s)


def polar(matrix):
    u, _, vt, _ = thin_svd(matrix)
    return u @ vt


def tsv_m(n, b, t, d, o, dialect):
    lam = o.get("lambda", 1)
    if b.ndim != 2 or table(n):
        return b + lam * d.mean(0)
    us, ss, vts = [], [], []
    for tau in d:
        u, s, vt, rank = thin_svd(tau)
        k = rank // len(d)
        us.append(u[:, :k]), ss.append(s[:k]), vts.append(vt[:k])
    u, s, vt = np.concatenate(us, 1), np.concatenate(ss), np.concatenate(vts)
    return b + lam * polar(u) @ np.diag(s) @ polar(vt) if s.size else b


def iso_c(n, b, t, d, o, dialect):
    lam = o.get("lambda", 1)
    if b.ndim != 2 or table(n):
        return b + lam * d.mean(0)
    u, s, vt, rank = thin_svd(d.sum(0))
    return b + lam * (s.sum() / rank) * u @ vt


def res_merge(n, b, t, d, o, dialect):
    lam = o.get("lambda", 1)
    if b.ndim != 2 or table(n):
        return b + lam * d.mean(0)
    heads = []
    for tau in d:
        u, s, vt, _ = thin_svd(tau)
        k = o.get("headRank", 1)
        heads.append(u[:, :k] @ np.diag(s[:k]) @ vt[:k])
    heads = np.stack(heads)
    rest = d - heads
    norms = np.array([np.linalg.norm(r) for r in rest])
    mean = sum(r / n for r, n in zip(rest, norms) if n > 0) / len(d)
    coherence = np.linalg.norm(mean)
    if coherence <= 1 / np.sqrt(len(d)):
        backbone = rest.mean(0)
    else:
        backbone = mean / coherence * coherence ** o.get("beta", 1) * norms.mean()
    cosines = []
    for i in range(len(d)):
        for j in range(i):
            by = np.linalg.norm(heads[i]) * np.linalg.norm(heads[j])
            cosines.append(max(0, (heads[i] * heads[j]).sum() / by) if by > 0 else 0)
    return b + lam * (backbone + o.get("headBudget", 0.2) * np.mean(cosines) * heads.mean(0))


# ---- What is merged -------------------------------------------------------------------------------------------------------------------

W = {"weights": [1, 0.5, -0.25, 2]}
BOTH = ["paper", "mergekit"]
OURS = ["paper", "m2rl-code"]
ALL = ["paper", "m2rl-code", "mergekit"]

# Name, reference, dialects, options, and where it runs: most experts, and whether edge cases and models on a grid are meant.
METHODS = [
    ("average", average, OURS, [{}], 4, True),
    ("linear", tensors(linear), BOTH, [W, {**W, "normalize": False}], 4, True),
    ("taskArithmetic", flat(task_arithmetic), ALL, [{"weights": 1, "lambda": 0.4}, W], 4, True),
    ("taskArithmetic", flat(task_arithmetic), ["mergekit"], [{**W, "normalize": True}, {"weights": [1, 1, -1, -1], "normalize": True}], 4, True),
    ("ties", ties, OURS, [{}, {"density": 0.5, "lambda": 0.7}, {"density": [1, 0.5, 0.2, 0.9]}], 4, True),
    ("ties", ties, ["mergekit"], [{**W, "density": 0.3}, {**W, "density": 0.01}, {**W, "density": 0.5, "normalize": False, "rescale": True}], 4, True),
    ("sce", flat(sce), ALL, [{}, {"selectTopk": 0.4}], 4, True),
    ("dareAverage", dared(average), OURS, [{"seed": 3}], 4, True),
    ("dareTaskArithmetic", dared(flat(task_arithmetic)), OURS, [{"seed": 3, "dareDensity": 0.5}, {"rescale": False}], 4, True),
    ("dareTaskArithmetic", dare_mergekit(False), ["mergekit"], [{**W, "density": 0.3, "seed": 3}], 4, True),
    ("dareTies", dared(ties), OURS, [{"seed": 3, "dareDensity": 0.7, "density": 0.4}], 4, True),
    ("dareTies", dare_mergekit(True), ["mergekit"], [{**W, "density": [0.3, 0.5, 1, 0.625], "seed": 3, "normalize": True}], 4, True),
    ("dareSce", dared(flat(sce)), OURS, [{"seed": 3}], 4, True),
    ("breadcrumbs", breadcrumbs(False), BOTH, [{**W, "density": 0.5, "gamma": 0.1}, {**W, "density": 0.9}], 4, True),
    ("breadcrumbsTies", breadcrumbs(True), BOTH, [{**W, "density": 0.5, "gamma": 0.1}], 4, True),
    ("breadcrumbsTies", breadcrumbs(True), ["mergekit"], [{**W, "density": 0.3, "rescale": True}], 4, True),
    ("della", della(True), BOTH, [{**W, "density": 0.5, "seed": 3}], 4, True),
    ("dellaLinear", della(False), BOTH, [{**W, "density": [0.3, 0.5, 1, 0.7], "epsilon": 0.2, "rescale": False}], 4, True),
    ("slerp", tensors(slerp), BOTH, [{"t": 0.3}], 1, True),
    ("nuslerp", tensors(nuslerp), BOTH, [{"weights": [1, 3]}, {"weights": [1, -1]}], 2, True),
    ("nuslerp", tensors(nuslerp), BOTH, [{"weights": [1, 3], "flatten": False}, {"weights": [1, 3], "flatten": False, "rowWise": True}], 2, True),
    ("nuslerp", tensors(nuslerp), ["mergekit"], [{"weights": [1, 3], "flatten": False, "compat": True}], 2, True),
    ("multislerp", flat(multislerp), BOTH, [{"weights": [1, 0.5, 0.25, 2]}], 4, False),
    ("karcher", tensors(karcher), BOTH, [{}], 4, True),
    ("modelStock", tensors(model_stock), BOTH, [{}, {"filterWise": True}], 4, True),
    ("nearswap", tensors(nearswap), BOTH, [{"t": 0.003}], 1, True),
    ("arceeFusion", tensors(arcee_fusion), BOTH, [{}], 1, False),
    ("passthrough", passthrough, BOTH, [{"scale": -0.5}], 1, True),
    ("ram", flat(ram), BOTH, [{"epsilon": 0.004}], 4, True),
    ("ramPlusTl", flat(ram_plus_tl), BOTH, [{"epsilon": 0.004, "r": 0.5, "alpha": 0.7}], 4, True),
    ("ramGlobal", ram_global, ["paper"], [{"epsilon": 0.004}], 4, False),
    ("magMax", flat(mag_max), ["paper"], [{}], 4, True),
    ("consensusTaskArithmetic", flat(consensus_ta), ["paper"], [{}, {"consensus": 3, "tallLambda": 0.2, "lambda": 0.5}], 4, True),
    ("tsvM", tensors(tsv_m), ["paper"], [{"lambda": 0.8}], 2, False),
    ("isoC", tensors(iso_c), ["paper"], [{"lambda": 0.8}], 3, False),
    ("resMerge", tensors(res_merge), ["paper"], [{"beta": 0.5}, {"headRank": 2}], 4, False),
]


def encode(value, dtype):
    return base64.b64encode(np.asarray(value, dtype).tobytes()).decode()


def main():
    cases = []
    for about, make in (("normal changes", normal_models), ("changes on a grid", grid_models), ("edge cases", edge_models)):
        base, experts = make(np.random.default_rng(SEED))
        merged = []
        for name, rule, dialects, options_list, count, everywhere in METHODS:
            if about != "normal changes" and not everywhere:
                continue
            for dialect in dialects:
                for options in options_list:
                    with np.errstate(all="ignore"):
                        params = rule(base, experts[:count], options, dialect)
                    merged.append({
                        "method": name, "dialect": dialect, "options": options, "experts": count,
                        "params": {key: encode(value, "<f8") for key, value in params.items()},
                    })
        to_json = lambda params: {key: {"shape": list(value.shape), "float32": encode(value, "<f4")} for key, value in params.items()}
        cases.append({"about": about, "base": to_json(base), "experts": [to_json(e) for e in experts], "merged": merged})
    golden = {"about": "scripts/golden/mergeReferences.py", "versions": {"numpy": np.__version__}, "seed": SEED, "cases": cases}
    path = pathlib.Path(__file__).resolve().parents[2] / "test" / "golden" / "merge" / "references.json"
    path.write_text(json.dumps(golden) + "\n")


main()
