import { Fault } from "../base/fault.ts";
import type { Claims } from "./claims.ts";
import { IN_TOTO, verifyEnvelope } from "./dsse.ts";
import type { PublicKey } from "./keys.ts";
import type { Refusal, SignatureRecord, Verdict } from "./records.ts";
import { readPayload } from "./simple-signing.ts";
import { readStatement } from "./statement.ts";

/** Whether the record was made with the key, for the manifest it stands beside, and what it says. */
export async function verifySignature(
	{ content, subject }: SignatureRecord,
	key: PublicKey,
): Promise<Verdict> {
	switch (content.carrier) {
		case "simple-signing":
			if (!(await key.verify(content.signature, content.payload))) return refused("signature", OTHERS);
			return claimed(() => readPayload(content.payload, subject));
		case "bundle":
		case "dsse": {
			const { envelope } = content;
			if (!(await verifyEnvelope(envelope, key))) return refused("signature", OTHERS);
			if (envelope.payloadType !== IN_TOTO) return refused("claims", "it signs no in-toto statement");
			return claimed(() => readStatement(envelope.payload, subject));
		}
		case "keyless":
			return refused("unverifiable", "it was made with a certificate (keyless), which is not verified here");
		case "notation":
			return refused("unverifiable", "it is a Notation signature, which is not verified here");
		case "unreadable":
			return refused("unverifiable", content.why);
	}
}

const OTHERS = "it was made with another key, or changed since";

/** The claims are read only once the signature over them holds. */
function claimed(read: () => Claims): Verdict {
	try {
		return { outcome: "valid", claims: read() };
	} catch (error) {
		if (!(error instanceof Fault)) throw error;
		return refused("claims", [error.message, ...error.notes].join("; "));
	}
}

function refused(reason: Refusal, why: string): Verdict {
	return { outcome: "refused", reason, why };
}
