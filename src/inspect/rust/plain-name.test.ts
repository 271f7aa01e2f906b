import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { plainName } from "./plain-name.ts";
import { refersBack } from "./testing/refers-back.ts";

/** A name's parts behind the crate `a`, as RFC 2603 has them: `C1a`. */
const NAMES: readonly (readonly [mangled: string, plain: string])[] = [
	// until v0
	["_ZN4core3fmt5Write9write_fmt17h5fad35a8d0fd2fb7E", "core::fmt::Write::write_fmt"],
	[
		"_ZN4core3fmt5Write9write_fmt17h5fad35a8d0fd2fb7E.llvm.4434905303806390549",
		"core::fmt::Write::write_fmt",
	],
	["_ZN3foo3bar17h0000000000000000E.cold", "foo::bar"],
	[
		"_ZN58_$LT$alloc..string..String$u20$as$u20$core..fmt..Write$GT$10write_char17hbd0ee4d31a9164b7E",
		"<alloc::string::String as core::fmt::Write>::write_char",
	],
	["_ZN3foo28_$u7b$$u7b$closure$u7d$$u7d$17h0000000000000000E", "foo::{{closure}}"],
	["_ZN16$RF$$BP$$LP$$RP$17h0000000000000000E", "&*()"],
	["_ZN10a$SP$b$C$c17h0000000000000000E", "a@b,c"],
	["_ZN5$u41$17h0000000000000000E", "A"],
	["_ZN6$u202e17h0000000000000000E", "$u202e"],
	["_ZN8$u202e$a17h0000000000000000E", "\u202ea"],
	["_ZN5$u1b$17h0000000000000000E", "$u1b$"],
	["_ZN8$ud800$a17h0000000000000000E", "$ud800$a"],
	["_ZN4$XX$17h0000000000000000E", "$XX$"],
	// C++, and what only looks like it
	["_ZN3foo3barEv", "_ZN3foo3barEv"],
	["_ZN3foo9bar17h0000000000000000E", "_ZN3foo9bar17h0000000000000000E"],
	["_ZN17h0000000000000000E", "_ZN17h0000000000000000E"],
	// v0: paths
	["_RC1a", "a"],
	["_RCs7EG80emN7Vk_3std", "std"],
	["_RNvC1a4main", "a::main"],
	["_RNvNtC1a1b1c.llvm.123", "a::b::c"],
	["_RNvNtC1a1b1cC1d", "a::b::c"],
	["_RNvMC1aNtC1a1S1f", "<a::S>::f"],
	["_RNvMs_C1aNtB4_1S1f", "<a::S>::f"],
	["_RNvXC1aNtC1a1SNtC1a1T1f", "<a::S as a::T>::f"],
	["_RNvYNtC1a1SNtC1a1T1f", "<a::S as a::T>::f"],
	["_RNCNvC1a1f0", "a::f::{closure#0}"],
	["_RNCNvC1a1fs_0", "a::f::{closure#1}"],
	["_RNCNvC1a1fs0_3abc", "a::f::{closure:abc#2}"],
	["_RNSNvC1a1f6vtable", "a::f::{shim:vtable#0}"],
	["_RNXNvC1a1f1x", "a::f::{X:x#0}"],
	["_RNkC1a0", "a"],
	["_RNvC1a2_1_", "a::1_"],
	["_RNvC1a2__1", "a::_1"],
	["_RNvC1au5gdel_5qa", "_RNvC1au5gdel_5qa"],
	["_RNvC1au8gdel_5qa", "a::gödel"],
	["_RNvC1au9bcher_kva", "a::bücher"],
	["_RNvC1au6a_A0000", "_RNvC1au6a_A0000"],
	["_RNvC1au5a_A00", "a::punycode{a-A00}"],
	// type arguments
	["_RINvC1a1flE", "a::f::<i32>"],
	[
		"_RINvC1a1fabcdefhijlmnopstuvxyzE",
		"a::f::<i8, bool, char, f64, str, f32, u8, isize, usize, i32, u32, i128, u128, _, i16, u16, (), ..., i64, u64, !>",
	],
	["_RNvMC1aINtC1a1SlE1f", "<a::S<i32>>::f"],
	["_RINvC1a1fRlQlPlOlE", "a::f::<&i32, &mut i32, *const i32, *mut i32>"],
	["_RINvC1a1fRL_lRL0_lE", "_RINvC1a1fRL_lRL0_lE"],
	["_RINvC1a1fSlAlj3_TETlETlmEE", "a::f::<[i32], [i32; 3], (), (i32,), (i32, u32)>"],
	[
		"_RINvC1a1fFEuFlEmFUKCEuFK12thiscall_abiEuE",
		'a::f::<fn(), fn(i32) -> u32, unsafe extern "C" fn(), extern "thiscall-abi" fn()>',
	],
	["_RINvC1a1fFG_RL0_lEuE", "a::f::<for<'a> fn(&'a i32)>"],
	["_RINvC1a1fFG0_RL1_lRL0_lEuE", "a::f::<for<'a, 'b> fn(&'a i32, &'b i32)>"],
	["_RINvC1a1fDNtC1a1TEL_E", "a::f::<dyn a::T>"],
	["_RINvC1a1fDNtC1a1TINtC1a1UlEp1AmEL_E", "a::f::<dyn a::T + a::U<i32, A = u32>>"],
	["_RINvC1a1fDNtC1a1Tp1Alp1BmEL_E", "a::f::<dyn a::T<A = i32, B = u32>>"],
	["_RINvC1a1fFG_EDNtC1a1TEL0_E", "a::f::<for<'a> fn() -> dyn a::T + 'a>"],
	["_RINvC1a1fL_E", "a::f::<'_>"],
	// constants
	["_RINvC1a1fKj0_KhffKl2a_Kln2a_KpE", "_RINvC1a1fKj0_KhffKl2a_Kln2a_KpE"],
	["_RINvC1a1fKj0_Khff_Kl2a_Kln2a_KpE", "a::f::<0, 255, 42, -42, _>"],
	["_RINvC1a1fKo10000000000000000_Ko0_E", "a::f::<0x10000000000000000, 0>"],
	["_RINvC1a1fKb0_Kb1_Kc41_Kc27_Kca_Kc1f600_E", String.raw`a::f::<false, true, 'A', '\'', '\n', '😀'>`],
	["_RINvC1a1fKb2_E", "_RINvC1a1fKb2_E"],
	["_RINvC1a1fKcd800_E", "_RINvC1a1fKcd800_E"],
	["_RINvC1a1fKe616263_KRe22_Ke_E", String.raw`a::f::<{*"abc"}, "\"", {*""}>`],
	["_RINvC1a1fKe6_E", "_RINvC1a1fKe6_E"],
	["_RINvC1a1fKeff_E", "_RINvC1a1fKeff_E"],
	["_RINvC1a1fKRj1_KQj2_KAj1_j2_EKTj1_EKTj1_b0_EE", "a::f::<{&1}, {&mut 2}, {[1, 2]}, {(1,)}, {(1, false)}>"],
	[
		"_RINvC1a1fKVNtC1a1SUKVNtC1a1STj1_j2_EKVNtC1a1SS1xj1_1ye61_EE",
		'a::f::<{a::S}, {a::S(1, 2)}, {a::S { x: 1, y: *"a" }}>',
	],
	// back references: to crate `a`, whose C is the fourth character
	["_RINvC1a1fB2_E", "a::f::<a>"],
	["_RINvC1a1fNtB2_1SE", "a::f::<a::S>"],
	["_RINvC1a1fTlmEB7_E", "a::f::<(i32, u32), (i32, u32)>"],
	["_RINvC1a1fKj1_KBb_E", "_RINvC1a1fKj1_KBb_E"],
	["_RINvC1a1fKj1_KB8_E", "a::f::<1, 1>"],
	["_RINvC1a1fBZ_E", "_RINvC1a1fBZ_E"],
	["_RB_", "_RB_"],
	// as rustc's own programs have them
	["_RNvC6_123foo3bar", "123foo::bar"],
	[
		"_RNqCs4fqI2P2rA04_11utf8_identsu30____7hkackfecea1cbdathfdh9hlq6y",
		"utf8_idents::საჭმელად_გემრიელი_სადილი",
	],
	["_RNCNCNgCs6DXkGYLi8lr_2cc5spawn00B5_", "cc::spawn::{closure#0}::{closure#0}"],
	[
		"_RINbNbCskIICzLVDPPb_5alloc5alloc8box_freeDINbNiB4_5boxed5FnBoxuEp6OutputuEL_ECs1iopQbuBiw2_3std",
		"alloc::alloc::box_free::<dyn alloc::boxed::FnBox<(), Output = ()>>",
	],
	["_RMC0INtC8arrayvec8ArrayVechKj7b_E", "<arrayvec::ArrayVec<u8, 123>>"],
	// none
	["_R", "_R"],
	["_R0C1a", "_R0C1a"],
	["_RNvC1a4mai", "_RNvC1a4mai"],
	["_RNvC1a4mainx", "_RNvC1a4mainx"],
	["_RNvC1a99999999999main", "_RNvC1a99999999999main"],
	["_RN1C1a4main", "_RN1C1a4main"],
	["_Rust", "_Rust"],
	["main", "main"],
	["", ""],
];

for (const [mangled, plain] of NAMES)
	test(`${mangled} is ${plain}`, () => assert.equal(plainName(mangled), plain));

test("a name that refers back and back again takes no more time than one of its length", () => {
	const name = refersBack(60);
	assert.equal(plainName(name), name);
	const deep = `_RINvC1a1f${"S".repeat(10_000)}lE`;
	assert.equal(plainName(deep), deep);
	const wide = `_RINvC1a1fFGzzzz_EuE`;
	assert.equal(plainName(wide), wide);
});

test("any text is answered, and what is answered is not longer than a few times it", () => {
	const letters = fc.constantFrom(..."CNMXYIBvtsEKLGDFUTASRQPOpuj_0123abelnx".split(""));
	const name = fc
		.tuple(fc.constantFrom("_R", "_ZN", ""), fc.array(letters, { maxLength: 60 }))
		.map(([begin, rest]) => begin + rest.join(""));
	fc.assert(
		fc.property(fc.oneof(name, fc.string()), (text) => {
			assert.ok(plainName(text).length <= 5 * text.length);
		}),
		{ numRuns: 5000 },
	);
});
