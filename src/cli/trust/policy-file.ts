import { Fault } from "../../base/fault.ts";
import type { TrustPolicy } from "../../trust/trust-policy.ts";

/** @throws Fault TRUST_POLICY_INVALID */
export function readTrustPolicy(file: string): Promise<TrustPolicy> {
	throw new Fault("TRUST_POLICY_INVALID", `cannot read the policy '${file}'`);
}
