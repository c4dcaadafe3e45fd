/** A source of its own: mailboxes of a server, of which each is a split and is read from the position that was reached. */
import {
  Boundedness,
  WatermarkStrategy,
  type SimpleVersionedSerializer,
  type Source,
  type SourceReader,
  type SourceReaderContext,
  type SourceSplit,
  type SplitEnumerator,
  type SplitEnumeratorContext,
  type StreamExecutionEnvironment,
} from 'flink-ts'
import { RecordsBySplits, SourceReaderBase, type SplitReader } from 'flink-ts/connectors/base'

interface Mail {
  readonly mailbox: string
  readonly position: number
  readonly text: string
}

const SERVER: Readonly<Record<string, readonly string[]>> = {
  ann: ['a bill', 'a letter', 'an invitation'],
  bob: ['a postcard'],
  eve: ['a bill', 'a parcel'],
}

/** Stands for a request to a server: the next mails of a mailbox, two at most. */
async function fetchMails(mailbox: string, from: number): Promise<readonly Mail[]> {
  await new Promise((resolve) => setTimeout(resolve, 5))
  const texts = (SERVER[mailbox] ?? []).slice(from, from + 2)
  return texts.map((text, index) => ({ mailbox, position: from + index, text }))
}

/** What is read, with how far it was read. */
class Mailbox implements SourceSplit {
  readonly name: string
  readonly next: number

  constructor(name: string, next = 0) {
    this.name = name
    this.next = next
  }

  splitId(): string {
    return this.name
  }
}

/** A split has a method, so it needs a serializer. */
const mailboxSerializer: SimpleVersionedSerializer<Mailbox> = {
  getVersion: () => 1,
  serialize: ({ name, next }) => new TextEncoder().encode(JSON.stringify([name, next])),
  deserialize: (_version, bytes) => {
    const [name, next] = JSON.parse(new TextDecoder().decode(bytes)) as [string, number]
    return new Mailbox(name, next)
  },
}

/** Asks the server, one request after the other. */
class MailFetcher implements SplitReader<Mail, Mailbox> {
  readonly #next = new Map<string, number>()

  async fetch(): Promise<RecordsBySplits<Mail>> {
    const records = new RecordsBySplits<Mail>()
    for (const [mailbox, from] of this.#next) {
      const mails = await fetchMails(mailbox, from)
      records.addAll(mailbox, mails)
      this.#next.set(mailbox, from + mails.length)
      if (mails.length > 0) continue
      records.addFinishedSplit(mailbox)
      this.#next.delete(mailbox)
    }
    return records
  }

  addSplits(splits: readonly Mailbox[]): void {
    for (const { name, next } of splits) this.#next.set(name, next)
  }

  wakeUp(): void {
    // Its requests end soon by themselves.
  }

  close(): void {
    this.#next.clear()
  }
}

/** Emits one mail at a time and moves the position with it: a snapshot comes between two of them. */
class MailReader extends SourceReaderBase<Mail, Mail, Mailbox, { next: number }> {
  constructor(context: SourceReaderContext) {
    super({
      context,
      splitReader: new MailFetcher(),
      recordEmitter: {
        emitRecord: (mail, output, state) => {
          output.collect(mail)
          state.next = mail.position + 1
        },
      },
    })
  }

  protected initializedState({ next }: Mailbox): { next: number } {
    return { next }
  }

  protected toSplitType(splitId: string, { next }: { next: number }): Mailbox {
    return new Mailbox(splitId, next)
  }

  protected onSplitFinished(): void {
    // All were assigned at the beginning: it does not ask for more.
  }
}

/** Assigns all mailboxes when all readers are there, so that none of them is read after the others. */
class MailboxEnumerator implements SplitEnumerator<Mailbox, readonly string[]> {
  readonly #context: SplitEnumeratorContext<Mailbox>
  #unassigned: readonly string[]
  /** By the reader that begins anew alone and has lost it. */
  readonly #returned = new Map<number, readonly Mailbox[]>()

  constructor(context: SplitEnumeratorContext<Mailbox>, unassigned: readonly string[]) {
    this.#context = context
    this.#unassigned = unassigned
  }

  start(): void {
    // It waits for its readers.
  }

  addReader(): void {
    const parallelism = this.#context.currentParallelism()
    if (this.#context.registeredReaders().size < parallelism) return
    for (const [index, name] of this.#unassigned.entries()) {
      this.#context.assignSplit(new Mailbox(name), index % parallelism)
    }
    this.#unassigned = []
    this.#context.assignSplits(this.#returned)
    this.#returned.clear()
    for (let reader = 0; reader < parallelism; reader += 1) this.#context.signalNoMoreSplits(reader)
  }

  handleSplitRequest(): void {
    // Nobody asks.
  }

  /** It registers again; the others were told that there is no more. */
  addSplitsBack(splits: readonly Mailbox[], subtaskId: number): void {
    this.#returned.set(subtaskId, splits)
  }

  snapshotState(): readonly string[] {
    return this.#unassigned
  }

  close(): void {
    // Nothing is open.
  }
}

class MailSource implements Source<Mail, Mailbox, readonly string[]> {
  getBoundedness(): Boundedness {
    return Boundedness.BOUNDED
  }

  createReader(context: SourceReaderContext): SourceReader<Mail, Mailbox> {
    return new MailReader(context)
  }

  createEnumerator(context: SplitEnumeratorContext<Mailbox>): MailboxEnumerator {
    return new MailboxEnumerator(context, Object.keys(SERVER))
  }

  restoreEnumerator(context: SplitEnumeratorContext<Mailbox>, unassigned: readonly string[]): MailboxEnumerator {
    return new MailboxEnumerator(context, unassigned)
  }

  getSplitSerializer(): SimpleVersionedSerializer<Mailbox> {
    return mailboxSerializer
  }
}

export default function mailboxes(env: StreamExecutionEnvironment): void {
  env
    .fromSource(new MailSource(), WatermarkStrategy.noWatermarks<Mail>(), 'mailboxes')
    .uid('mailboxes')
    .map(({ mailbox, text }) => `${mailbox}: ${text}`)
    .print()
}
