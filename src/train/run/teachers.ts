/** The teachers of a distillation: one expert per domain. */
import { DOMAINS, type Domain } from "../../domains/index.js";
import { TrainError } from "../../error.js";
import { loadPolicy, type Policy } from "../../model/index.js";
import type { Tokenizer } from "../../tokenizer/index.js";

/** Model folders by domain. */
export type TeacherFolders = Readonly<Partial<Record<Domain, string>>>;

/** Holds the teachers' weights until `dispose`. */
export class Teachers {
  private readonly policies = new Map<Domain, Policy>();

  /**
   * @param domains   whose teachers are loaded
   * @param tokenizer the student's; a teacher reads the student's token ids, so its own must be the same
   * @throws TrainError a teacher has another tokenizer or vocabulary · CheckpointError a folder is broken
   */
  constructor(
    folders: TeacherFolders,
    domains: readonly Domain[],
    student: Policy,
    tokenizer: Tokenizer,
  ) {
    const expected = JSON.stringify(tokenizer.json);
    try {
      for (const domain of domains) {
        const folder = folders[domain]!;
        const teacher = loadPolicy(folder);
        this.policies.set(domain, teacher.policy);
        if (
          JSON.stringify(teacher.tokenizer.json) !== expected ||
          teacher.policy.config.vocabSize !== student.config.vocabSize
        )
          throw new TrainError(
            `teachers: ${domain} must have the student's tokenizer, got a different one in ${folder}`,
          );
      }
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /**
   * The teacher of a domain.
   *
   * @throws TrainError the domain has none; it is never given to another one
   */
  of(domain: Domain): Policy {
    const policy = this.policies.get(domain);
    if (policy) return policy;
    const known = [...this.policies.keys()].join(", ");
    throw new TrainError(
      `teachers: domain must be one of ${known}, got ${JSON.stringify(domain)}`,
    );
  }

  /**
   * Items by the teacher of their domain: each teacher with the positions of its items, in the order of `DOMAINS`.
   *
   * @throws TrainError an item's domain has no teacher
   */
  route(domains: readonly Domain[]): { teacher: Policy; indices: number[] }[] {
    for (const domain of domains) this.of(domain);
    return DOMAINS.map((domain) => ({
      domain,
      indices: domains.flatMap((own, i) => (own === domain ? [i] : [])),
    }))
      .filter(({ indices }) => indices.length > 0)
      .map(({ domain, indices }) => ({ teacher: this.of(domain), indices }));
  }

  /** Free the engine's memory. */
  dispose(): void {
    for (const policy of this.policies.values()) policy.dispose();
    this.policies.clear();
  }
}
