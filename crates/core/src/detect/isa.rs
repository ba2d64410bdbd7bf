//! Which instructions the hot loops may use. Results are the same bits either way: the AVX2 builds do the same
//! arithmetic in the same order, only wider.

/// A set of instructions, chosen once per detector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Isa {
    /// AVX2, BMI and POPCNT of x86-64. Only [`Isa::best`] makes it, after asking the processor.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// What every processor of the target has.
    Portable,
}

impl Isa {
    /// The best set that this processor has.
    pub(crate) fn best() -> Self {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt")
        {
            return Self::Avx2;
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
        $vis fn $name $(<$t: $bound>)? (isa: $crate::detect::Isa, $($arg: $ty),*) $(-> $ret)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
                fn wide $(<$t: $bound>)? ($($arg: $ty),*) $(-> $ret)? {
                    $body($($arg),*)
                }
                if isa == $crate::detect::Isa::Avx2 {
                    // SAFETY: `Isa::best` makes `Avx2` only where the processor has all these features.
                    return unsafe { wide($($arg),*) };
                }
            }
            let _ = isa;
            $body($($arg),*)
        }
    };
}

pub(crate) use by_isa;
