// Duty: which process holds a job's fence: `process-<holder>.json` beside it.
// Invariants: written before the fence has its name, so that whoever sees the name finds the process. What cannot be read says
// nothing of the process: then it counts as one that may live.
// Thread: main thread.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { PART_SUFFIX } from '../../../core/fs/publish-file.js'
import { processOwnerOf, type ProcessOwner } from '../../../core/process/process-owner.js'
import { readCheckedFile, writeCheckedFile } from './checked-file.js'
import type { FenceDirectory, FenceName } from './fence-directory.js'

const OWNER_FILE = /^process-([0-9a-f]{16})\.json$/

export async function writeOwner(directory: FenceDirectory, { holder }: FenceName, owner: ProcessOwner): Promise<void> {
  const [file, { fileSystem }] = [fileOf(directory, holder), directory]
  try {
    await writeCheckedFile(file, owner, fileSystem)
  } catch (error) {
    await fileSystem.delete(`${file}${PART_SUFFIX}`)
    throw error
  }
}

export async function readOwner(directory: FenceDirectory, { holder }: FenceName): Promise<ProcessOwner | undefined> {
  try {
    return processOwnerOf(await readCheckedFile(fileOf(directory, holder), '', directory.fileSystem))
  } catch (error) {
    if (FlinkError.is(error)) return undefined
    throw error
  }
}

export async function removeOwner(directory: FenceDirectory, { holder }: FenceName): Promise<void> {
  await directory.fileSystem.delete(fileOf(directory, holder))
}

/** Of those that had it before. */
export async function removeOtherOwners(directory: FenceDirectory, { holder }: FenceName): Promise<void> {
  for (const { name, path } of await directory.fileSystem.list(directory.parent)) {
    const [, other] = OWNER_FILE.exec(name) ?? []
    if (other !== undefined && other !== holder) await directory.fileSystem.delete(path)
  }
}

export function describeOwner(owner: ProcessOwner | undefined): string {
  return owner === undefined ? 'another process' : `process ${String(owner.pid)} on ${owner.host}`
}

function fileOf({ parent }: FenceDirectory, holder: string): string {
  return `${parent}/process-${holder}.json`
}
