import type { Author } from '../../service/presenting.ts'
import type { Session } from '../../service/session/session.ts'
import { watchDeck } from '../../service/trust/watch.ts'

/** Has the author's changes taken over, of files too that the deck names only now. Returns what ends it. */
export async function watchEdited(session: Session, author: Author): Promise<() => void> {
  const watch = (): Promise<() => void> => watchDeck(session.deck, () => void author.take())
  let watching = watch()
  const end = author.onTaken(() => {
    void watching.then(unwatch => unwatch())
    watching = watch()
  })
  await watching
  return () => {
    end()
    void watching.then(unwatch => unwatch())
  }
}
