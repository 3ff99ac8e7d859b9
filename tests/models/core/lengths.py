"""Lengths of a wait in minutes, and how screens, papers and pages all say them."""

LENGTHS = [
    ([0], "0 menit"),
    ([25, 40], "25–40 menit"),
    ([59], "59 menit"),
    ([60], "1 jam"),
    ([80], "1 jam 20 menit"),
    ([120], "2 jam"),
    ([0, 75], "0–1,5 jam"),
    ([45, 75], "45 menit–1,5 jam"),
    ([60, 85], "1–1,5 jam"),
    ([125, 200], "2–3,5 jam"),
    ([90, 115], "1,5–2 jam"),
]
