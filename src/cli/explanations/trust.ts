import type { Explanation } from "../explanations.ts";

/** The error codes of trust: signatures, pins, locks, policy. */
export const TRUST_EXPLANATIONS = {
	KEY_INVALID: {
		means: "The file is no key that wherry can use, or the password does not open it.",
		why: "Images are signed with ECDSA P-256 keys: PEM for the public one, cosign's encrypted PEM, PKCS #8 or SEC 1 for the private one. Modules are signed inside with Ed25519 keys, in wasmsign2's files or PEM.",
		remedy: "Make a pair, or convert the key you have with cosign import-key-pair.",
		example: "wherry trust keygen",
	},
	SIGNATURE_MISSING: {
		means: "The image carries no signature that would do.",
		why: "It was never signed, its signatures were left behind when it was copied, or others signed it.",
		remedy: "Sign it, or ask those who made it to; or change the rule that demands a signature.",
		example: "wherry sign --key wherry.key registry.example.com/app:1.2",
	},
	SIGNATURE_INVALID: {
		means: "There is a signature, and it does not belong to these bytes or to this key.",
		why: "The image or the signature was changed, or it was made with another key.",
		remedy: "Do not run it. Ask those who made it which key they use.",
		example: "wherry verify --key app.pub registry.example.com/app:1.2",
	},
	TRUST_POLICY_INVALID: {
		means: "The file that says whom to trust cannot be read as one.",
		why: "It is no JSON or TOML of the right form, or names a key that is not there. Without it nothing is trusted.",
		remedy: "Put right what the note names.",
		example: "wherry trust show",
	},
	UNTRUSTED: {
		means: "The policy of this machine does not let the image run.",
		why: "The rule for its name rejects it or names other digests; or the name was never pinned here, because something else than wherry put it into the store.",
		remedy: "Look at the rule that decided. If the image is to be trusted, say so in the policy.",
		example: "wherry trust show app:1.2",
	},
	PIN_CHANGED: {
		means: "The name now stands for other bytes than when it was first seen here.",
		why: "A tag was moved: by those who made the image, or by someone who took it over.",
		remedy: "If the change is expected, accept it. Otherwise run the digest that was first seen.",
		example: "wherry trust accept app:1.2",
	},
	LOCK_DRIFT: {
		means: "What was found is not what wherry.lock says.",
		why: "The tag was moved since the lock was written, or the lock was changed, or the run has another policy than was locked, or flags that grant more than it.",
		remedy: "Look at the difference, what the program needs first, and accept it if it is wanted.",
		example: "wherry approve app:1.2",
	},
} as const satisfies Record<string, Explanation>;
