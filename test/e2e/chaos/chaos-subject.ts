import type { Workspace } from '../command-line.js'

/** The job of a chain of kills, in the workspace of its runs. */
export interface ChaosSubject {
  /** Puts the program, and what it reads, into the workspace; its file and its arguments, but for `--slow ms`. */
  prepare(workspace: Workspace): readonly string[]
  /** What counts of all that the runs have written: sorted lines. */
  output(workspace: Workspace): Buffer
  /** How much of it is visible: it grows when something is committed. */
  committed(workspace: Workspace): number
  /** Files that do not count, and were not removed. */
  leftOver(workspace: Workspace): number
  /** For the line about its chain. */
  readonly description: string
}
