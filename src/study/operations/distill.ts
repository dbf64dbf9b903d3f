/** Operation `distill`: a student that several teachers teach, each in its own domain. */
import {
  distillByTrl,
  trlDistillRefusal,
  trlPython,
} from "../../cluster/index.js";
import type { Domain } from "../../domains/index.js";
import { DISTILL_SETTINGS, trainDistill } from "../../train/index.js";
import { domainOf, modelNamed, type StudySpec } from "../graph/model.js";
import { times } from "../graph/stage.js";
import { DISTILL_ROLLOUT } from "../graph/work.js";
import { inputPath } from "../run/paths.js";
import { checked, object } from "../spec/field.js";
import { settingFields, type SettingOptions } from "../spec/settingFields.js";
import {
  domains,
  mixFields,
  mixRule,
  type MixOptions,
} from "../spec/values.js";
import { elsewhereOf, takeFromSlime } from "./bySlime.js";
import { trlFacts } from "./byTrl.js";
import type { Operation } from "./operation.js";
import {
  ANSWERS,
  answersOf,
  keptSteps,
  TRAINED,
  trainingPlaces,
  type AnswerSetting,
} from "./training.js";
import {
  trainerFields,
  trainerRemark,
  trainerRule,
  type TrainerOptions,
} from "./trainer.js";

/** Options of `distill`: the settings of distillation, the domains whose tasks the student sees (default all), and how they are mixed. */
export type DistillOptions = SettingOptions<
  typeof DISTILL_SETTINGS,
  AnswerSetting
> &
  MixOptions &
  TrainerOptions & { domains: Domain[] };

/** The operation. */
export const distill: Operation<
  DistillOptions,
  DistillOptions & { seed: number }
> = {
  ...TRAINED,
  key: "distill",
  about: "distillation of several teachers, each in its own domain",
  version: 1,
  options: checked(
    object<DistillOptions>({
      domains,
      ...settingFields(DISTILL_SETTINGS, ANSWERS),
      ...mixFields,
      ...trainerFields,
    }),
    (options) => mixRule(options) ?? trainerRule(options, trlDistillRefusal),
  ),
  parents: { from: "one", teachers: "many" },
  domains: ({ domains: own }) => own,
  role: () => "student",
  remark: trainerRemark,
  elsewhere: ({ name, options }) =>
    options.trainer === "slime" ? elsewhereOf("distill", name, options) : null,
  inputs(model, place, study) {
    const teachers = teachersOf(model, study);
    return {
      ...TRAINED.inputs(model, place),
      ...Object.fromEntries(
        model.options.domains.map((domain) => [
          domain,
          place.input(teachers(domain)),
        ]),
      ),
    };
  },
  work: (options) => times(answersOf(options), DISTILL_ROLLOUT),
  async run(job, report, signal) {
    const { spec, model } = job.stage;
    if (spec.trainer === "slime") return takeFromSlime(job);
    const places = {
      ...spec,
      name: model,
      teachers: Object.fromEntries(
        spec.domains.map((domain) => [domain, inputPath(job, domain)]),
      ),
      ...trainingPlaces(job, report, signal),
      checkpointEvery: 5,
    };
    if (spec.trainer === "trl") {
      const keep = keptSteps(job);
      return trlFacts(await distillByTrl({ ...places, keep }), spec);
    }
    const { tokens } = await trainDistill(places);
    return { tokens };
  },
  async preflight({ trainer: by }) {
    if (by === "trl") await trlPython();
  },
};

/** Who teaches a domain: the teacher that was trained on it alone, else the only teacher. */
function teachersOf(
  { name, parents }: Parameters<typeof distill.inputs>[0],
  study: StudySpec,
): (domain: Domain) => NonNullable<typeof parents.teachers>[number] {
  const teachers = parents.teachers ?? [];
  return (domain) => {
    const own = teachers.filter(
      ({ model }) => domainOf(modelNamed(study, model)) === domain,
    );
    const found =
      own.length === 1 ? own[0] : teachers.length === 1 ? teachers[0] : null;
    if (!found)
      throw new RangeError(
        `models.${name}.teachers must hold one teacher of ${domain}, got ${own.length}`,
      );
    return found;
  };
}
