//! The S-box as a circuit: no table that an index could betray, and any number of bytes at a time.
//!
//! The inversion in the middle is the one of Boyar and Peralta ("A depth-16 circuit for the AES S-box", IACR ePrint
//! 2011/332, and the smaller ones before it); the two linear layers around it are made for this direction by a greedy
//! search. Together 120 gates. A test puts every byte through it.

use core::ops::{BitAnd, BitXor};

/// Bit `i` of many bytes at a time stands in plane `i`.
pub(super) type Planes<T> = [T; 8];

/// What is computed upon: as many bits as it has, each for itself.
pub(super) trait Bits: Copy + BitXor<Output = Self> + BitAnd<Output = Self> {}

impl Bits for u32 {}

/// Undoes the S-box on bytes to which its constant 0x63 has been added already: that is for the caller to fold into a
/// round key.
#[inline(always)]
pub(super) fn inverse<T: Bits>([u0, u1, u2, u3, u4, u5, u6, u7]: Planes<T>) -> Planes<T> {
    // The linear forms of the input that the inversion multiplies.
    let y9 = u3 ^ u4;
    let y19 = u0 ^ u3;
    let y18 = u5 ^ y9;
    let y8 = u6 ^ u7;
    let y5 = u4 ^ u6;
    let y1 = u0 ^ y9;
    let y14 = y9 ^ y8;
    let y13 = u1 ^ y1;
    let y10 = y19 ^ y8;
    let y3 = u4 ^ u7;
    let y6 = u3 ^ y14;
    let y2 = y5 ^ y13;
    let y12 = y14 ^ y13;
    let y7 = y18 ^ y2;
    let y4 = u5 ^ y7;
    let y21 = u1 ^ y7;
    let y16 = y1 ^ y7;
    let s0 = u2 ^ u7;
    let y11 = y4 ^ s0;
    let y0 = u5 ^ s0;
    let y17 = y10 ^ y11;
    let y20 = y9 ^ y11;
    let y15 = y6 ^ y0;

    // The inversion in GF(2^8), by way of GF(2^4) and GF(2^2).
    let t0 = y12 & y15;
    let t1 = y3 & y6;
    let t2 = t1 ^ t0;
    let t3 = y4 & y0;
    let t4 = t3 ^ t0;
    let t5 = y13 & y16;
    let t6 = y5 & y1;
    let t7 = t6 ^ t5;
    let t8 = y2 & y7;
    let t9 = t8 ^ t5;
    let t10 = y9 & y11;
    let t11 = y14 & y17;
    let t12 = t11 ^ t10;
    let t13 = y8 & y10;
    let t14 = t13 ^ t10;
    let t15 = t2 ^ t12;
    let t16 = t4 ^ t14;
    let t17 = t7 ^ t12;
    let t18 = t9 ^ t14;
    let t19 = t15 ^ y20;
    let t20 = t16 ^ y19;
    let t21 = t17 ^ y21;
    let t22 = t18 ^ y18;
    let t23 = t19 ^ t20;
    let t24 = t19 & t21;
    let t25 = t22 ^ t24;
    let t26 = t23 & t25;
    let t27 = t26 ^ t20;
    let t28 = t21 ^ t22;
    let t29 = t20 ^ t24;
    let t30 = t29 & t28;
    let t31 = t30 ^ t22;
    let t32 = t21 ^ t31;
    let t33 = t25 ^ t31;
    let t34 = t22 & t33;
    let t35 = t34 ^ t32;
    let t36 = t25 ^ t34;
    let t37 = t27 & t36;
    let t38 = t23 ^ t37;
    let t39 = t38 ^ t35;
    let t40 = t27 ^ t31;
    let t41 = t27 ^ t38;
    let t42 = t31 ^ t35;
    let t43 = t40 ^ t39;
    let z0 = t42 & y15;
    let z1 = t35 & y6;
    let z2 = t31 & y0;
    let z3 = t41 & y16;
    let z4 = t38 & y1;
    let z5 = t27 & y7;
    let z6 = t40 & y11;
    let z7 = t43 & y17;
    let z8 = t39 & y10;
    let z9 = t42 & y12;
    let z10 = t35 & y3;
    let z11 = t31 & y4;
    let z12 = t41 & y13;
    let z13 = t38 & y5;
    let z14 = t27 & y2;
    let z15 = t40 & y9;
    let z16 = t43 & y14;
    let z17 = t39 & y8;

    // What its 18 products add up to.
    let r0 = z6 ^ z15;
    let r1 = z13 ^ r0;
    let r2 = z12 ^ r1;
    let r3 = z16 ^ r2;
    let r4 = z1 ^ z4;
    let r5 = z2 ^ z10;
    let r6 = z8 ^ r3;
    let r7 = z3 ^ r5;
    let r8 = z8 ^ z14;
    let r9 = r4 ^ r8;
    let r10 = z11 ^ z17;
    let r11 = z0 ^ z5;
    let r12 = r7 ^ r9;
    let r13 = z4 ^ z7;
    let r14 = r2 ^ r13;
    let r15 = z9 ^ r10;
    let r16 = z3 ^ z5;
    let r17 = r10 ^ r11;
    let r18 = z17 ^ r12;
    let r19 = r6 ^ r11;
    let r20 = z9 ^ r1;
    let r21 = r0 ^ r12;
    let r22 = r5 ^ r14;
    let r23 = z3 ^ r13;
    let r24 = z11 ^ r21;
    let r25 = r6 ^ r16;
    let r26 = z16 ^ r24;
    let r27 = z15 ^ r15;
    let r28 = r4 ^ r19;
    let r29 = r17 ^ r22;
    let r30 = z2 ^ r6;
    let r31 = z12 ^ r26;
    let r32 = r3 ^ r23;
    let r33 = r18 ^ r20;
    let r34 = z0 ^ r30;
    [r27, r32, r28, r29, r34, r31, r33, r25]
}

/// The S-box without its constant.
#[inline(always)]
pub(super) fn forward<T: Bits>(planes: Planes<T>) -> Planes<T> {
    // `inverse` is the field's inversion after the affine map is undone, so the map before and after it makes the S-box.
    mapped(inverse(mapped(planes)))
}

/// The linear part of the S-box's affine map: the sum of each bit and the four below it, in a circle.
#[inline(always)]
fn mapped<T: Bits>([a, b, c, d, e, f, g, h]: Planes<T>) -> Planes<T> {
    let all = a ^ b ^ c ^ d ^ e ^ f ^ g ^ h;
    let but = |x: T, y: T, z: T| all ^ x ^ y ^ z;
    [
        but(b, c, d),
        but(c, d, e),
        but(d, e, f),
        but(e, f, g),
        but(f, g, h),
        but(g, h, a),
        but(h, a, b),
        but(a, b, c),
    ]
}
