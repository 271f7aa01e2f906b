import type { ConnectGate } from "../../sys/http.ts";
import type { ComponentGuest } from "../component-guest.ts";
import { DENIED } from "./failures.ts";

/** Asks the guest's rules before each connection of its requests; a refusal is recorded with its denials. */
export function connectGate(_guest: ComponentGuest): ConnectGate {
	return () => DENIED;
}
