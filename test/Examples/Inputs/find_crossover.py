"""Prints where given curves of time against length cross."""
import crossover


def show(words, attention, scan):
    points = [{"n": n, "attention_ns": attention(n), "scan_ns": scan(n)}
              for n in (128, 256, 512, 1024, 2048, 4096)]
    place = crossover.find_crossover(points)
    print(f"{words}: {place if place is None else f'{place:.1f}'}")


show("attention quadratic, scan linear, equal at 500", lambda n: n * n, lambda n: 500 * n)
show("scan faster everywhere", lambda n: n * n, lambda n: n)
show("attention faster everywhere", lambda n: n, lambda n: n * n)
show("crossed twice, the last one counts", lambda n: n * n,
     lambda n: 3000 * n if n != 512 else 256 * n)
