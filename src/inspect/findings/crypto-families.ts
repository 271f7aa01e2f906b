/** Constants by which an algorithm is known. `need` of them in one function tell it; in data, the first ones in a row. */
export interface Family {
	readonly says: string;
	readonly words: readonly bigint[];
	readonly bits: 32 | 64;
	readonly need: number;
}

const family = (says: string, bits: 32 | 64, need: number, ...words: readonly bigint[]): Family => ({
	says,
	bits,
	need,
	words,
});

/** From FIPS 180-4, FIPS 202, RFC 1321, RFC 7693, RFC 8439. */
export const FAMILIES: readonly Family[] = [
	family("SHA-256 round constants", 32, 3, 0x428a2f98n, 0x71374491n, 0xb5c0fbcfn, 0xe9b5dba5n),
	family("SHA-256 or BLAKE2s initial state", 32, 3, 0x6a09e667n, 0xbb67ae85n, 0x3c6ef372n, 0xa54ff53an),
	family("MD5 or SHA-1 initial state", 32, 3, 0x67452301n, 0xefcdab89n, 0x98badcfen, 0x10325476n),
	family("SHA-1 round constants", 32, 3, 0x5a827999n, 0x6ed9eba1n, 0x8f1bbcdcn, 0xca62c1d6n),
	family("MD5 round constants", 32, 3, 0xd76aa478n, 0xe8c7b756n, 0x242070dbn, 0xc1bdceeen),
	family("ChaCha or Salsa20 constant", 32, 3, 0x61707865n, 0x3320646en, 0x79622d32n, 0x6b206574n),
	family(
		"SHA-512 round constants",
		64,
		2,
		0x428a2f98d728ae22n,
		0x7137449123ef65cdn,
		0xb5c0fbcfec4d3b2fn,
		0xe9b5dba58189dbbcn,
	),
	family(
		"SHA-512 or BLAKE2b initial state",
		64,
		3,
		0x6a09e667f3bcc908n,
		0xbb67ae8584caa73bn,
		0x3c6ef372fe94f82bn,
		0xa54ff53a5f1d36f1n,
	),
	family(
		"Keccak (SHA-3) round constants",
		64,
		3,
		0x0000000000008082n,
		0x800000000000808an,
		0x8000000080008000n,
		0x000000000000808bn,
	),
	family("CRC-32 polynomial", 32, 1, 0xedb88320n),
	family("CRC-32C polynomial", 32, 1, 0x82f63b78n),
];

/** What only stands in data. */
export const DATA_CONSTANTS: readonly (readonly [says: string, hex: string])[] = [
	["AES S-box", "637c777bf26b6fc53001672bfed7ab76"],
	["AES inverse S-box", "52096ad53036a538bf40a39e81f3d7fb"],
	["AES round table", "a56363c6847c7cf8997777ee8d7b7bf6"],
	["AES round table", "c66363a5f87c7c84ee777799f67b7b8d"],
	["CRC-32 table", "00000000963007772c610eeeba510999"],
	["CRC-32C table", "0000000003836bf2f7703be1f4f35013"],
	["ChaCha or Salsa20 constant", asHex("expand 32-byte k")],
	["base58 alphabet", asHex("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")],
];

function asHex(text: string): string {
	return Array.from(text, (character) => character.charCodeAt(0).toString(16).padStart(2, "0")).join("");
}
