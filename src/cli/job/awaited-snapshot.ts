import type { RestClusterClient, TriggeredOperation } from '../../client/rest-cluster-client.js'
import type { CliContext } from '../arguments/cli-context.js'
import { nobodyLooks, stillWaiting, withProgress, type TellHowFar } from '../output/progress.js'

type Awaits = Pick<RestClusterClient, 'awaitSavepoint' | 'awaitCheckpoint'>

/** What a job was told to take, with a spinner that says how far it is: the location of a savepoint. */
export function awaitedSavepoint(
  text: string,
  triggered: TriggeredOperation,
  client: Awaits,
  context: CliContext,
): Promise<string> {
  return withProgress(text, context, (say, howFar) =>
    client.awaitSavepoint(triggered, sayWaiting(triggered, say), seen(howFar)),
  )
}

/** The same: the number of a checkpoint. */
export function awaitedCheckpoint(
  text: string,
  triggered: TriggeredOperation,
  client: Awaits,
  context: CliContext,
): Promise<number> {
  return withProgress(text, context, (say, howFar) =>
    client.awaitCheckpoint(triggered, sayWaiting(triggered, say), seen(howFar)),
  )
}

/** Nothing is asked of the job that nobody reads. */
function seen(howFar: TellHowFar): TellHowFar | undefined {
  return howFar === nobodyLooks ? undefined : howFar
}

function sayWaiting({ jobId }: TriggeredOperation, say: (line: string) => void): (what: string) => void {
  return (what) => {
    say(stillWaiting(jobId, what))
  }
}
