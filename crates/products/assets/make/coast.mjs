// Makes ../coast.bin: the land of Natural Earth (1:50m), cut at ±180°, as deltas of 0.005°.
//
//   npm install world-atlas@2.0.2 topojson-client d3-geo d3-geo-projection && node coast.mjs ../coast.bin
//
// Format: rings one after the other. A ring is: number of points (varint), then for each point the difference of
// longitude and latitude from the one before (the first: from 0, 0) in units of 0.005° (zigzag varints). Rings are open;
// outer and inner rings are not told apart (fill by even-odd). Plain topojson features cross ±180° with lines over the
// whole map, hence the projection, which cuts them.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { feature } from "topojson-client";
import { geoEquirectangular } from "d3-geo";
import { geoProject } from "d3-geo-projection";

const require = createRequire(import.meta.url);
const atlas = JSON.parse(readFileSync(require.resolve("world-atlas/land-50m.json")));
const plain = geoEquirectangular().scale(180 / Math.PI).translate([0, 0]).reflectY(true).precision(0);
const land = geoProject(feature(atlas, atlas.objects.land), plain);

const bytes = [];
const varint = (n) => {
  for (; n > 127; n >>>= 7) bytes.push((n & 127) | 128);
  bytes.push(n);
};
const zigzag = (n) => varint(n < 0 ? -2 * n - 1 : 2 * n);

let rings = 0;
let points = 0;
const polygons = land.features.flatMap((f) => (f.geometry.type === "Polygon" ? [f.geometry.coordinates] : f.geometry.coordinates));
for (const ring of polygons.flat()) {
  const grid = ring.slice(0, -1).map(([x, y]) => [Math.round(x / 0.005), Math.round(y / 0.005)]);
  const kept = grid.filter((p, i) => i === 0 || p[0] !== grid[i - 1][0] || p[1] !== grid[i - 1][1]);
  if (kept.length < 3) continue;
  varint(kept.length);
  let [x, y] = [0, 0];
  for (const p of kept) {
    zigzag(p[0] - x);
    zigzag(p[1] - y);
    [x, y] = p;
  }
  rings += 1;
  points += kept.length;
}
writeFileSync(process.argv[2], Uint8Array.from(bytes));
console.log(`${rings} rings, ${points} points, ${bytes.length} bytes`);
