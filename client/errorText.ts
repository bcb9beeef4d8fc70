import type { ErrorCode, ErrorInfo, ErrorParams } from '../runners/protocol/error.ts'
import type { Awaits } from '../runners/protocol/event.ts'
import { kindOf } from '../runners/protocol/error.ts'

/** An error as the deck's language has it. */
export interface ErrorText {
  title: string
  message: string
  hint: string
  /** What the log says, in English, where the sentence of the deck's language leaves something of it out. */
  detail?: string
}

/** A code in Japanese; `message` with what `params` say, undefined where they do not suffice. */
interface Japanese {
  title: string
  otherwise: string
  message?: (params: ErrorParams) => string | undefined | false
  hint: string | ((params: ErrorParams) => string)
}

/** Every code, so that no new one is left out. */
const JA: Record<ErrorCode, Japanese> = {
  'bad-condition': { title: '条件を判定できません', otherwise: 'until= または expect= の条件を判定できません。', hint: 'フェンスの条件を直してください。' },
  'bad-container': { title: 'コンテナの設定の誤り', otherwise: 'コンテナの設定に誤りがあります。', hint: 'フェンスの YAML を直してください。' },
  'bad-context': { title: 'ビルドコンテキストの誤り', otherwise: 'context= のフォルダーを使えません。', hint: 'フェンスの context= とフォルダーの内容を確認してください。' },
  'bad-deck': { title: 'デッキを読み取れません', otherwise: 'デッキに誤りがあります。', hint: 'デッキのファイルを直してください。' },
  'bad-file': { title: 'ファイルを読み取れません', otherwise: 'ファイルの内容に誤りがあります。', hint: 'ファイルを直してください。' },
  'bad-manifest': { title: 'マニフェストの誤り', otherwise: 'マニフェストに誤りがあります。', hint: 'フェンスのマニフェストを直してください。' },
  'bad-message': { title: '解釈できないメッセージ', otherwise: 'ブラウザーからのメッセージを解釈できません。', hint: 'ページを再読み込みしてください。' },
  'bad-option': { title: 'オプションの誤り', otherwise: 'フェンスのオプションに誤りがあります。', hint: 'フェンスのオプションを直してください。' },
  'bad-output': { title: '出力先の誤り', otherwise: '出力先に書き込めません。', hint: '--output で別の場所を指定してください。' },
  'bad-request': { title: 'リクエストの誤り', otherwise: 'リクエストに誤りがあります。', hint: 'フェンスのリクエストを直してください。' },
  'build-failed': { title: 'ビルドの失敗', otherwise: 'イメージをビルドできませんでした。', hint: '出力と Dockerfile を確認してください。' },
  'cancelled': { title: '停止', otherwise: 'ステップは停止されました。', hint: '' },
  'changed-meanwhile': { title: '途中で変更されました', otherwise: '確認のあとで内容が変わりました。', hint: 'もう一度起動してください。' },
  'command-failed': { title: 'コマンドの失敗', otherwise: 'コマンドが失敗しました。', hint: 'コマンドの出力を確認してください。' },
  'conflict': { title: '競合', otherwise: 'ほかのツールが管理している値は変更できません。', hint: 'そのフィールドをマニフェストから外すか、同じツールで変更してください。' },
  'disk-full': { title: 'ディスクの空きがありません', otherwise: 'エンジンのディスクに空きがありません。', hint: '使わないイメージやコンテナを削除してください: docker system prune' },
  'engine-lost': { title: 'エンジンが応答しません', otherwise: '実行の途中でエンジンとの接続が切れました。', hint: 'エンジンが動いているか確認してください。戻るまでは録画を再生できます。' },
  'engine-refused': { title: 'エンジンが拒否しました', otherwise: 'エンジンが要求を受け付けませんでした。', hint: 'ステップの内容を確認してください。' },
  'engine-unavailable': { title: 'エンジンがありません', otherwise: 'このステップを動かすエンジンがこのマシンにありません。', hint: 'エンジンを起動するか、録画を再生してください。' },
  'exit-code': { title: '失敗', otherwise: 'ステップは失敗しました。', message: p => p.exit !== undefined && `${p.text ? `${p.text}: ` : ''}${ended(p)}。`, hint: p => p.memory ? 'フェンスの mem_limit を増やすか、使うメモリーを減らしてください。' : '出力を確認してください。' },
  'exited-early': { title: '準備が整う前に終了', otherwise: '準備が整う前に終わりました。', message: p => p.until !== undefined && `${ended(p)}。${p.until} は満たされていません。`, hint: '出力を確認してください。' },
  'expectation': { title: '期待どおりではありません', otherwise: '期待した条件が満たされていません。', message: p => p.text !== undefined && `${p.text} が満たされていません${p.detail ? `（${p.detail}）` : ''}。`, hint: '出力を確認するか、フェンスの expect= を直してください。' },
  'image-missing': { title: 'イメージがありません', otherwise: '必要なイメージがエンジンにありません。', message: p => p.image !== undefined && `イメージ ${p.image} がエンジンにありません。`, hint: p => p.command ? `用意するコマンド: ${p.command}` : 'イメージを作成するか取得してください。' },
  'internal': { title: 'Kamishibai のエラー', otherwise: '内部エラーが起きました。', hint: '' },
  'key-wanted': { title: 'キー入力待ち', otherwise: 'プログラムがキー入力を待っています。', message: p => p.text !== undefined && `${p.text} がキー入力を待っていますが、{run} では入力できません。`, hint: 'フェンスを {terminal} にするか、入力を求めないオプションを付けてください。' },
  'lacking': { title: 'この環境では動きません', otherwise: 'このステップに必要なものがこの環境にありません。', message: p => p.requirement !== undefined && `${p.step} に必要な ${p.requirement} がこの環境にありません。`, hint: '代わりに録画を再生しています。' },
  'missing-tool': { title: 'プログラムがありません', otherwise: '必要なプログラムがこのマシンにありません。', message: p => p.text !== undefined && `${p.text} がこのマシンにありません。`, hint: 'インストールするか、録画を再生してください。' },
  'name-taken': { title: '名前が使用中', otherwise: 'その名前はすでに使われています。', hint: '別の名前を使ってください。' },
  'needs-failed': { title: '前提のステップが未完了', otherwise: '先に必要なステップが成功していません。', message: p => p.step !== undefined && `先に必要なステップ ${p.step} が成功していません。`, hint: p => p.step ? `${p.step} を実行し直してから、このステップを実行してください。` : '' },
  'no-recording': { title: '録画がありません', otherwise: 'このステップの録画がありません。', message: p => p.step !== undefined && `ステップ ${p.step} はまだ録画されていません。`, hint: p => p.command ? `録画するコマンド: ${p.command}` : '' },
  'not-allowed': { title: '許可されていません', otherwise: 'この操作は許可されていません。', hint: 'ステップを直してください。' },
  'not-available': { title: '利用できません', otherwise: 'この機能はここでは利用できません。', hint: '' },
  'not-found': { title: '見つかりません', otherwise: '指定されたものが見つかりません。', hint: '名前を確認するか、それを作るステップを先に実行してください。' },
  'not-granted': { title: '許可されていません', otherwise: 'この操作は許可されていません。', hint: 'headmatter の grants で許可してください。' },
  'not-own': { title: 'このセッションのものではありません', otherwise: 'このセッションが作ったものではないため、使えません。', hint: '別の名前を使ってください。' },
  'not-removed': { title: '削除できません', otherwise: 'エンジンから削除できないものがあります。', hint: 'ほかで使われていないか確認してください。' },
  'not-running': { title: '動いていません', otherwise: '対象のコンテナは動いていません。', hint: 'そのコンテナのステップを実行し直してから、このステップを実行してください。' },
  'not-started': { title: '起動できません', otherwise: 'プログラムを起動できませんでした。', hint: 'コマンドとイメージを確認してください。' },
  'output-limit': { title: '出力が多すぎます', otherwise: '出力が上限を超えました。', message: p => p.mebibytes !== undefined && `出力が ${p.mebibytes} MiB を超えました。`, hint: 'headmatter の limits.outputMiB を増やすか、出力を減らしてください。' },
  'outside-deck': { title: 'デッキの外にあります', otherwise: 'デッキのフォルダーの外にあるため、使えません。', hint: '必要なファイルをデッキのフォルダーにコピーしてください。' },
  'policy-refused': { title: 'クラスターが許可していません', otherwise: 'クラスターの規則により拒否されました。', hint: 'マニフェストを直してください。' },
  'port-taken': { title: 'ポートが使用中', otherwise: '公開するポートはすでに使われています。', message: p => p.port !== undefined && `ポート ${p.port} はすでに使われています。`, hint: 'ポートを使っているプログラムを止めるか、別のポートで公開してください。' },
  'recording-damaged': { title: '録画が壊れています', otherwise: '録画を読み取れません。', message: p => p.line !== undefined && `録画ファイルの ${p.line} 行目を読み取れません。`, hint: p => `録画し直してください${p.command ? `: ${p.command}` : '。'}` },
  'recording-stale': { title: '録画が古くなっています', otherwise: '録画のあとでステップが変更されました。', hint: '録画し直してください: kamishibai record' },
  'removed': { title: '実行中に削除されました', otherwise: '実行の途中でコンテナが削除されました。', hint: 'ステップを実行し直してください。' },
  'step-changed': { title: 'ステップが変更されています', otherwise: 'ページに表示されているステップは、現在のデッキのものと異なります。', hint: 'ページを再読み込みして、内容を確認してください。' },
  'timeout': { title: '時間切れ', otherwise: '制限時間内に終わりませんでした。', message: p => p.seconds !== undefined && `${p.seconds} 秒以内に終わりませんでした${p.until ? `（満たされていない条件: ${p.until}）` : ''}。`, hint: p => `${p.lasting ? 'サーバーのように動き続けるものには until= が必要です。そうでなければ、' : ''}フェンスの timeout= を延ばすか、もう一度実行してください。` },
  'unknown-step': { title: 'ステップがありません', otherwise: 'そのステップはこのデッキにありません。', message: p => p.step !== undefined && `ステップ ${p.step} はこのデッキにありません。`, hint: '' },
  'unreachable': { title: '接続できません', otherwise: '接続先から応答がありません。', hint: '接続先が動いているか、ポートが公開されているか確認してください。' },
  'unsupported': { title: 'ここではできません', otherwise: 'この操作はここでは使えません。', hint: '' },
  'usage': { title: '呼び出しの誤り', otherwise: 'コマンドの引数に誤りがあります。', hint: 'コマンドの使い方を確認してください: kamishibai --help' },
}

function ended({ exit, signal, memory }: ErrorParams): string {
  return `終了コード ${exit} で終わりました${memory ? '（メモリー不足のため強制終了）' : signal ? `（${signal} を受信）` : ''}`
}

/** `text` with a stop at its end, so that what follows is a sentence of its own. */
function sentence(text: string): string {
  return /[.!?…。！？]$/.test(text) ? text : `${text}.`
}

/** The error in a language; what the language has no words for stays as the log has it. */
export function errorText({ code, message, hint, params = {} }: ErrorInfo, language: string | undefined): ErrorText {
  const japanese = language?.startsWith('ja') && Object.hasOwn(JA, code) ? JA[code] : undefined
  if (!japanese)
    return { title: kindOf(code)?.title ?? code, message: sentence(message), hint }
  const told = japanese.message?.(params)
  return {
    title: japanese.title,
    message: told || japanese.otherwise,
    hint: typeof japanese.hint === 'string' ? japanese.hint : japanese.hint(params),
    ...!told && { detail: [sentence(message), hint].filter(Boolean).join(' ') },
  }
}

/** What an active run waits for, in a language; its reason in the log is in English. */
export function waitText(awaits: Awaits | undefined, reason: string, language: string | undefined): string {
  if (!awaits || !language?.startsWith('ja'))
    return reason
  return awaits.kind === 'shell' ? `シェル ${awaits.name} は使用中です` : `先に ${awaits.name} を実行しています`
}
