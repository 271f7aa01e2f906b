import { formatSurvey, surveyWalls } from "../host/node/wall/survey.ts";
import { printResult } from "./print.ts";
import { verb } from "./verb.ts";
import { VERSION } from "./version.ts";

/** `wherry doctor`: what this machine has for the second wall. Always a success: it is a report. */
export const DOCTOR_VERB = verb({
	name: "doctor",
	usage: "wherry doctor",
	about: [
		"Lists what wherry uses of the kernel and of Node, whether it is there, and what its absence means.",
	],
	flags: [],
	examples: [{ says: "Look at this machine", words: "wherry doctor" }],
	completes: "nothing",
	draft: () => ({}),
	act({ format }) {
		const survey = surveyWalls();
		if (format === "json") printResult(`${JSON.stringify({ wherry: VERSION, ...survey })}\n`);
		else printResult(`wherry ${VERSION}\n${formatSurvey(survey)}`);
		return 0;
	},
});
