// Duty: waits until the brokers know all transactions. A broker that has just started, or that takes the place of another, lists without a word
// what it has read of the log of transactions until then; asked for one of them by name it says that it does not coordinate it yet.
// Invariants: each partition of that log is asked for by a name that falls to it; whose name that is does not matter, nobody has it.
// Thread: any.
import type { KafkaCluster } from '../client/kafka-cluster.js'
import { isProtocolError } from '../client/kafka-failure.js'

const LOG = '__transaction_state'
const AT_ONCE = 10

export async function allTransactionsKnown(cluster: KafkaCluster): Promise<void> {
  const log = (await cluster.topics([LOG])).get(LOG)
  // It is made with the first transactional id.
  const names = namesByPartition(log?.partitions.length ?? 0)
  for (let from = 0; from < names.length; from += AT_ONCE) {
    await Promise.all(names.slice(from, from + AT_ONCE).map((name) => known(cluster, name)))
  }
}

async function known(cluster: KafkaCluster, name: string): Promise<void> {
  const coordinator = { type: 'transaction', key: name } as const
  await cluster.callCoordinator(
    { operation: 'whether all transactions are known' },
    coordinator,
    (connection, library) =>
      library.describeTransactionsV0.api.async(connection, [name]).then(
        () => undefined,
        (error: unknown) => {
          if (!isProtocolError(error, 'TRANSACTIONAL_ID_NOT_FOUND')) throw error
        },
      ),
  )
  cluster.forgetCoordinator(coordinator)
}

/** For each of so many partitions the first of our names that falls to it. */
export function namesByPartition(partitions: number): string[] {
  const names = new Map<number, string>()
  for (let number = 0; names.size < partitions; number += 1) {
    const name = `flink-ts-${String(number)}`
    const partition = partitionOf(name, partitions)
    if (!names.has(partition)) names.set(partition, name)
  }
  return [...names].sort(([one], [other]) => one - other).map(([, name]) => name)
}

/** As the broker chooses it: by the hash that Java has for texts. */
function partitionOf(name: string, partitions: number): number {
  let hash = 0
  for (let index = 0; index < name.length; index += 1) hash = (Math.imul(31, hash) + name.charCodeAt(index)) | 0
  return (hash === -(2 ** 31) ? 0 : Math.abs(hash)) % partitions
}
