//! Windows of several scenes read together are what the scenes hold there.

use eventscape_catalog::{Context, Subset, SubsetRequest};
use eventscape_core::Values;
use eventscape_core::grid::Window;

use crate::support::{Ask, collection};

/// A generator of whole numbers, the same on every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n
    }

    fn range(&mut self, n: usize) -> std::ops::Range<usize> {
        let start = self.below(n);
        start..start + 1 + self.below(n - start)
    }
}

fn same(a: &Values, b: &[f64]) -> bool {
    a.len() == b.len()
        && (0..a.len()).all(|k| {
            let x = a.get(k).unwrap();
            x == b[k] || (x.is_nan() && b[k].is_nan())
        })
}

fn check(request: &SubsetRequest) -> usize {
    let subset = Subset::open(request, &Context::default()).unwrap();
    let (ny, nx) = (subset.grid().ny(), subset.grid().nx());
    let mut numbers = Numbers(7);
    let mut compared = 0;
    for first in 0..subset.len() {
        let group: Vec<usize> = (first..subset.len()).take_while(|k| subset.share_chunks(first, *k).unwrap()).collect();
        for count in [1, 3, 12] {
            let windows: Vec<Window> = (0..count)
                .map(|k| {
                    let columns = if k % 3 == 2 && nx > 3 {
                        let middle = 1 + numbers.below(nx - 2);
                        vec![middle + 1..nx, 0..middle]
                    } else {
                        vec![numbers.range(nx)]
                    };
                    Window { rows: numbers.range(ny), columns }
                })
                .collect();
            let parts = subset.read_windows(&group, &windows).unwrap();
            assert_eq!(parts.len(), group.len());
            for (scene, parts) in group.iter().zip(parts) {
                let whole = subset.read(*scene).unwrap();
                for window in &windows {
                    let cropped = parts.crop(window).unwrap();
                    for (field, cropped) in whole.fields.iter().zip(&cropped) {
                        let expected: Vec<f64> = window
                            .rows
                            .clone()
                            .flat_map(|r| window.columns.iter().flat_map(move |c| c.clone().map(move |c| r * nx + c)))
                            .map(|at| field.get(at).unwrap())
                            .collect();
                        assert!(same(cropped, &expected), "scene {scene}, {window:?}");
                        compared += 1;
                    }
                }
            }
        }
    }
    assert!(subset.read_windows(&[0], &[Window { rows: 0..ny + 1, columns: vec![0..1] }]).is_err());
    assert!(subset.read_windows(&[subset.len()], &[]).is_err());
    compared
}

#[test]
fn windows_are_the_parts_of_the_scenes_in_every_layout() {
    let ostia = SubsetRequest {
        source: eventscape_catalog::Source {
            inputs: vec![crate::support::text(&crate::support::fixture("ostia/ostia_monthly.nc"))],
            ..Default::default()
        },
        ..SubsetRequest::default()
    };
    let seam = ostia.clone().bbox(-20.0, -5.0, 15.0, 5.0).span("2006-04", "2006-09");
    let mut compared = check(&ostia.span("2006-04", "2006-09")) + check(&seam);
    for (id, variable, folder) in [
        ("GPM_3IMERGHH", "precipitation", "granules/GPM_3IMERGHH.07"),
        ("M2I1NXINT_5.12.4", "TQV", "granules/M2I1NXINT_5.12.4"),
        ("OSCAR_L4_OC_FINAL_V2.0", "u", "granules/OSCAR_L4_OC_FINAL_V2.0"),
        ("OISSS_L4_multimission_7day_v2", "sss", "granules/OISSS_L4_multimission_7day_v2"),
    ] {
        compared += check(&collection(id, folder).variable(variable));
    }
    assert!(compared > 300, "{compared}");
}
