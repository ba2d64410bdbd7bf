//! Which instructions the hot loops may use. Results are the same bits either way: the AVX2 builds do the same
//! arithmetic in the same order, only wider.

/// A witness that the processor has AVX2, BMI, LZCNT and POPCNT: only [`Avx2::detect`] makes one.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Avx2(());

#[cfg(target_arch = "x86_64")]
impl Avx2 {
    /// Asks the processor.
    fn detect() -> Option<Self> {
        let has_all = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt");
        has_all.then_some(Self(()))
    }
}

/// A set of instructions, chosen once per detector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Isa {
    /// AVX2, BMI, LZCNT and POPCNT of x86-64.
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    /// What every processor of the target has.
    Portable,
}

impl Isa {
    /// The best set that this processor has.
    pub(crate) fn best() -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(witness) = Avx2::detect() {
            return Self::Avx2(witness);
        }
        Self::Portable
    }
}

/// Defines a function in two builds, for AVX2 and portable, and the choice between them: the body is compiled twice, so
/// both do the same arithmetic.
macro_rules! by_isa {
    ($(#[$doc:meta])* $vis:vis fn $name:ident $(<$t:ident : $bound:path>)? (isa, $($arg:ident : $ty:ty),* $(,)?) $(-> $ret:ty)? = $body:path;) => {
        $(#[$doc])*
        #[inline]
        $vis fn $name $(<$t: $bound>)? (isa: $crate::lanes::Isa, $($arg: $ty),*) $(-> $ret)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
                fn wide $(<$t: $bound>)? ($($arg: $ty),*) $(-> $ret)? {
                    $body($($arg),*)
                }
                if let $crate::lanes::Isa::Avx2(_) = isa {
                    // SAFETY: the witness says that the processor has all these features.
                    return unsafe { wide($($arg),*) };
                }
            }
            let _ = isa;
            $body($($arg),*)
        }
    };
}

pub(crate) use by_isa;
