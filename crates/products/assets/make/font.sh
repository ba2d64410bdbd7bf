#!/bin/sh
# Makes ../DejaVuSans.ttf: DejaVu Sans 2.37 (Debian's fonts-dejavu-core) with Latin, Greek, Cyrillic, signs and arrows alone.
#   apt-get install fonts-dejavu-core && pip install fonttools && sh font.sh
set -eu
cd "$(dirname "$0")"
pyftsubset /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf --output-file=../DejaVuSans.ttf --layout-features='' \
  --no-hinting --notdef-outline --name-IDs='*' --drop-tables+=GPOS,GSUB,GDEF,kern,FFTM \
  --unicodes='U+0020-007E,U+00A0-024F,U+0370-03FF,U+0400-045F,U+2010-2027,U+2030-203A,U+2070-208E,U+20AC,U+2103,U+2109,U+2126,U+212B,U+2150-215E,U+2190-2195,U+2200,U+2206,U+2212-221E,U+2248,U+2260-2265,U+22C5,U+25A0-25CF,U+FFFD'
