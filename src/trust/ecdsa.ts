import { readSequence, Tag, writeDer } from "./der.ts";

/** Bytes of one number of the curve P-256. */
const NUMBER_BYTES = 32;

/**
 * An ECDSA P-256 signature as WebCrypto has it (r and s, 32 bytes each) from the ASN.1 form that
 * everybody else writes (RFC 3279, section 2.2.3); undefined when it is not exactly that.
 */
export function signatureFromAsn1(asn1: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
	const values = readSequence(asn1);
	if (values?.length !== 2) return undefined;
	const raw = new Uint8Array(2 * NUMBER_BYTES);
	for (const [index, { tag, content }] of values.entries()) {
		const number = tag === Tag.INTEGER ? naturalNumber(content) : undefined;
		if (number === undefined || number.length > NUMBER_BYTES) return undefined;
		raw.set(number, (index + 1) * NUMBER_BYTES - number.length);
	}
	return raw;
}

/** The ASN.1 form of WebCrypto's 64 bytes. */
export function signatureToAsn1(raw: Uint8Array): Uint8Array<ArrayBuffer> {
	const integers = [raw.subarray(0, NUMBER_BYTES), raw.subarray(NUMBER_BYTES)].map((number) => {
		const first = number.findIndex((byte) => byte !== 0);
		const shortest = number.subarray(first < 0 ? NUMBER_BYTES - 1 : first);
		// a first bit that is set would make it negative
		return (shortest[0] ?? 0) < 0x80
			? writeDer(Tag.INTEGER, shortest)
			: writeDer(Tag.INTEGER, Uint8Array.of(0), shortest);
	});
	return writeDer(Tag.SEQUENCE, ...integers);
}

/** The digits of an INTEGER that is not negative, in its one shortest form. */
function naturalNumber(content: Uint8Array): Uint8Array | undefined {
	const [first, second = 0] = content;
	if (first === undefined || first >= 0x80) return undefined;
	if (first !== 0 || content.length === 1) return content;
	return second >= 0x80 ? content.subarray(1) : undefined;
}
