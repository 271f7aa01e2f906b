import type { Finding } from "../report.ts";

type Kind = Pick<Finding, "title" | "why" | "level">;

/** All findings there are, in the order they are told: what to look at first stands first. */
export const KINDS = {
	"not-read": {
		level: "warning",
		title: "Parts of it that were not read",
		why: "Nested modules that the engine refuses, too many or too deep ones, and code that is not known, are not in this report.",
	},
	"vulnerable-dependency": {
		level: "warning",
		title: "Dependencies that the given advisories name",
		why: "The advisory covers this version; whether the program reaches the faulty code is not known.",
	},
	"embedded-secret": {
		level: "warning",
		title: "Keys and tokens in the form of secrets",
		why: "Whoever has the program has what is in it: a secret that was real has to be replaced.",
	},
	"mining-words": {
		level: "notice",
		title: "Words of mining pools and their protocols",
		why: "Programs that mine speak of these; so do wallets, lists of blocked words and scanners.",
	},
	"embedded-executable": {
		level: "notice",
		title: "Executables and archives in its data",
		why: "What is packed in here can be unpacked or handed on, and nothing else in this report looks into it.",
	},
	"start-calls-imports": {
		level: "notice",
		title: "A start function that can call the host",
		why: "It runs at instantiation, before anything is called: just loading the module does this work.",
	},
	"stack-above-data": {
		level: "notice",
		title: "The stack lies above static data",
		why: "A stack that grows too deep overwrites data without a trap; linking with --stack-first makes it trap.",
	},
	"huge-memory": {
		level: "notice",
		title: "It wants much memory from the start",
		why: "So much has to be had before the first instruction runs.",
	},
	"exported-table": {
		level: "info",
		title: "A table of functions that others can write is exported",
		why: "Whoever holds the instance can change which functions its indirect calls lead to.",
	},
	"exported-mutable-global": {
		level: "info",
		title: "Globals that others can change are exported",
		why: "Whoever holds the instance can change them at any time, a stack pointer too.",
	},
	"no-stack-protector": {
		level: "info",
		title: "No stack protector",
		why: "Among its names there is no check of the stack: an overflow of a buffer on the stack goes unnoticed.",
	},
	"stack-place-unknown": {
		level: "info",
		title: "Where the stack lies cannot be told",
		why: "Its data has no fixed place, or was taken from a running program: that an overflow traps is not sure.",
	},
	"unbounded-memory": {
		level: "info",
		title: "Memory without a maximum",
		why: "It may grow to all that the host allows: --memory bounds it in a run.",
	},
	"crypto-constants": {
		level: "info",
		title: "Constants of cryptographic and checksum algorithms",
		why: "They tell which algorithms are probably in it; every program with TLS, archives or password hashes has some.",
	},
	"hash-like-loops": {
		level: "info",
		title: "It computes heavily in loops with the mix of hashes",
		why: "Miners do so, as do hashes, compressors and ciphers: time, not this, tells them apart; --cpu-time and --memory bound it.",
	},
	"embedded-url": {
		level: "info",
		title: "Addresses of the form of a URL",
		why: "They may be whom it talks to, or only documentation: without a grant it reaches nobody.",
	},
	"embedded-ip-address": {
		level: "info",
		title: "Text in the form of IPv4 addresses",
		why: "They may be whom it talks to; versions of four numbers look the same.",
	},
	"embedded-host-name": {
		level: "info",
		title: "Text in the form of host names",
		why: "They may be whom it talks to, or names of packages.",
	},
	"embedded-public-key": {
		level: "info",
		title: "Public keys and certificates",
		why: "They say whom it trusts or who may enter.",
	},
	"embedded-script": {
		level: "info",
		title: "Scripts in its data",
		why: "A program that brings an interpreter runs these, and they are not among its functions.",
	},
	"high-entropy-data": {
		level: "info",
		title: "Data that is compressed, encrypted or random",
		why: "What it is cannot be seen before the program unpacks it.",
	},
	"debug-info": {
		level: "info",
		title: "Debug information was left in",
		why: "It makes the file larger and shows paths and names of whoever built it; it also makes review easier.",
	},
	"names-stripped": {
		level: "info",
		title: "Names of functions were taken out",
		why: "The file is smaller, and harder to review.",
	},
	"unknown-custom-section": {
		level: "info",
		title: "Custom sections that are not known",
		why: "Engines ignore them, but whoever reads the file can find anything there.",
	},
	"start-function": {
		level: "info",
		title: "A start function",
		why: "It runs at instantiation, before anything is called; it leads to no import by direct calls.",
	},
	"licence-facts": {
		level: "info",
		title: "Licences that it states",
		why: "They are what whoever built it wrote down.",
	},
	"dependency-facts": {
		level: "info",
		title: "What tells of its dependencies",
		why: "Advisories can only be held against what is known: a list by a toolchain is complete, traces are not.",
	},
} as const satisfies Record<string, Kind>;

export type KindId = keyof typeof KINDS;
