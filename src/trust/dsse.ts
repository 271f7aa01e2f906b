import type { PublicKey, SigningKey } from "./keys.ts";

/** DSSE: a payload, what it is, and signatures over both (secure-systems-lab/dsse, protocol.md and envelope.md). */
export interface Envelope {
	readonly payloadType: string;
	readonly payload: Uint8Array;
	/** ASN.1, one at least. Their `keyid`s are hints that nobody vouches for: left out. */
	readonly signatures: readonly Uint8Array[];
}

/** in-toto's statements, the one payload of ours. */
export const IN_TOTO = "application/vnd.in-toto+json";

/** Signs a payload of a type. */
export async function signEnvelope(
	key: SigningKey,
	payloadType: string,
	payload: Uint8Array,
): Promise<Envelope> {
	return { payloadType, payload, signatures: [await key.sign(signedBytes(payloadType, payload))] };
}

/** Whether one of its signatures is the key's. */
export async function verifyEnvelope(envelope: Envelope, key: PublicKey): Promise<boolean> {
	const message = signedBytes(envelope.payloadType, envelope.payload);
	for (const signature of envelope.signatures) if (await key.verify(signature, message)) return true;
	return false;
}

/** What is signed: the "pre-authentication encoding" of type and payload. */
function signedBytes(payloadType: string, payload: Uint8Array): Uint8Array<ArrayBuffer> {
	const encoder = new TextEncoder();
	const type = encoder.encode(payloadType);
	const head = encoder.encode(`DSSEv1 ${type.length} ${payloadType} ${payload.length} `);
	const message = new Uint8Array(head.length + payload.length);
	message.set(head);
	message.set(payload, head.length);
	return message;
}
