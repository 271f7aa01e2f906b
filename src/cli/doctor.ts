import { formatSurvey, surveyWalls } from "../host/node/wall/survey.ts";
import { parseVerbWords } from "./common-flags.ts";
import { helpText } from "./help.ts";
import { printResult } from "./print.ts";
import { VERSION } from "./version.ts";

/** `wherry doctor`: what this machine has for the second wall. Always a success: it is a report. */
export function doctorVerb(words: readonly string[]): number {
	const { help, format } = parseVerbWords("doctor", words);
	if (help) {
		printResult(helpText("doctor"));
		return 0;
	}
	const survey = surveyWalls();
	if (format === "json") printResult(`${JSON.stringify({ wherry: VERSION, ...survey })}\n`);
	else printResult(`wherry ${VERSION}\n${formatSurvey(survey)}`);
	return 0;
}
