import type { Decision } from "./decide.ts";
import { stepText } from "./run-steps.ts";
import type { Step } from "./toolchain.ts";

/** What would be done, for people or as JSON. The folder for what is made on the way is called WORK. */
export function planText(decision: Decision, folder: string, work: string, format: "text" | "json"): string {
	const said = (text: string) => text.replaceAll(work, "WORK").replaceAll(folder, ".");
	if (decision.type === "dockerfile") {
		if (format === "json") return `${JSON.stringify({ dockerfile: said(decision.path) })}\n`;
		return `follow:    ${said(decision.path)}\n`;
	}
	const { plan, toolchain, profile, notes } = decision;
	const steps = plan.steps.map((step) => said(oneStep(step)));
	const outputs = plan.outputs.map(said);
	const name = toolchain?.name ?? "command";
	if (format === "json")
		return `${JSON.stringify({ toolchain: name, language: toolchain?.language, profile, steps, outputs, image: plan.image !== undefined, notes })}\n`;
	return [
		`toolchain: ${name}${toolchain === undefined ? " of wherry.toml" : ` (${toolchain.language})`}`,
		`profile:   ${profile}`,
		...steps.map((step, index) => `${index === 0 ? "steps:    " : "          "} ${step}`),
		...outputs.map((output, index) => `${index === 0 ? "program:  " : "       or "} ${output}`),
		...notes.map((note) => `note:      ${note}`),
		"",
	].join("\n");
}

function oneStep(step: Step): string {
	switch (step.type) {
		case "spawn":
		case "sandbox":
			return stepText(step);
		case "write":
			return `write ${step.path}`;
		case "unpack":
			return `unpack ${step.archive} to ${step.path}`;
	}
}
