/** What the name of a transaction says: whose it is, and from which checkpoint on it was written. */
export interface TransactionalIdParts {
  readonly subtask: number
  /** The checkpoint by which it is prepared is this one or a later one; it is greater than that of any that was prepared before. */
  readonly checkpointId: number
}

/** As Flink's KafkaSink names them, so its transactions are found as well: `<prefix>-<subtask>-<checkpoint>`. */
export function transactionalIdOf(prefix: string, { subtask, checkpointId }: TransactionalIdParts): string {
  return `${prefix}-${String(subtask)}-${String(checkpointId)}`
}

/** Undefined: it is not of a sink with this prefix. */
export function partsOfTransactionalId(prefix: string, transactionalId: string): TransactionalIdParts | undefined {
  if (!transactionalId.startsWith(`${prefix}-`)) return undefined
  const [, subtask, checkpointId] = /^(\d+)-(\d+)$/.exec(transactionalId.slice(prefix.length + 1)) ?? []
  if (subtask === undefined || checkpointId === undefined) return undefined
  return { subtask: Number(subtask), checkpointId: Number(checkpointId) }
}
