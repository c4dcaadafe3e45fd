/** Pages that show commands with what they print: read, run in a shell, and compared. What differs from run to run has a name. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { REPOSITORY, type CommandResult, type RunningCommand, type Workspace } from './command-line.js'

/** `sh`: commands; `jsonl`: lines that somebody types into the program; no language: what is printed then. */
export interface ShownBlock {
  readonly language: string
  readonly text: string
}

/** What a run calls otherwise than the page: ids of jobs, names of savepoints, times. */
const VARIABLES = /[0-9a-f]{32}|savepoint-[0-9a-f]{6}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+Z|"lastAccess":\d{13}/g
/** Of these the same one on the page is the same one in the run. */
const NAME = /^[0-9a-f]{32}$|^savepoint-/

/** Those of the section with this title. */
export function shownBlocks(page: string, title: string): ShownBlock[] {
  const [, section] = readFileSync(path.join(REPOSITORY, page), 'utf8').split(`\n## ${title}\n`)
  assert.ok(section !== undefined, `${page} has no section '${title}'`)
  return [...section.matchAll(/```(\w*)\n([^`]*)```\n/g)].map(([, language = '', text = '']) => ({ language, text }))
}

/** Runs what is shown, with the names that this run gives in the place of those of the page. */
export class ShownCommands {
  readonly #workspace: Workspace
  /** By what stands on the page. */
  readonly #names: Map<string, string>

  /** `names`: what is known from the beginning, such as the directory of whoever wrote the page. */
  constructor(workspace: Workspace, names: Readonly<Record<string, string>>) {
    this.#workspace = workspace
    this.#names = new Map(Object.entries(names))
  }

  start(command: string): RunningCommand {
    const inShell = this.#asHere(command).replaceAll('node bin/flink-ts.js', '"$0" "$1"')
    const jobs = inShell.replaceAll(' dist/jobs/', ` ${REPOSITORY}/dist/jobs/`)
    return this.#workspace.startBelow(['bash', '-c', jobs])
  }

  async run(command: string): Promise<CommandResult> {
    return this.start(command).ended
  }

  /** Takes the names of this run out of what it printed, and compares the rest. */
  assertShown(printed: string, shown: string): void {
    const here = this.#asHere(shown, false)
    assert.equal(printed.replaceAll(VARIABLES, '...'), here.replaceAll(VARIABLES, '...'))
    const names = printed.match(VARIABLES) ?? []
    for (const [at, name] of (here.match(VARIABLES) ?? []).entries()) this.#learn(name, names[at] ?? '')
  }

  #learn(onPage: string, here: string): void {
    if (!NAME.test(onPage)) return
    assert.equal(this.#names.get(onPage) ?? here, here, `${onPage} of the page is two things`)
    this.#names.set(onPage, here)
  }

  #asHere(text: string, withVariables = true): string {
    let here = text
    for (const [onPage, name] of this.#names) {
      if (withVariables || !NAME.test(onPage)) here = here.replaceAll(onPage, name)
    }
    return here
  }
}
