import { LinkifyIt } from 'linkify-it'
import t from 'tap'
import { LINK_PURPOSES } from '../../src/links/link.ts'
import { NOTICES } from '../../src/mail/mail.ts'
import { linkMails } from '../../src/mail/templates/link-mails.ts'
import { notices } from '../../src/mail/templates/notices.ts'

const linkify = new LinkifyIt({ fuzzyLink: true, fuzzyEmail: true, fuzzyIP: true })
const url = 'https://id.example.test/console/accept#token=8Rz1kq3mN0pQ5vX7yB2cD4fG6hJ9kL1mN3pR5sT7uW0'
const link = { url, expiresAt: new Date('2026-02-01T12:00:00Z'), product: 'Latchkey' }
const HOSTILE = '</p><a href="https://evil.example">www.evil.example</a>\r\nBcc: a@b.c tel:+49301234567'
const facts = {
  inviterName: HOSTILE,
  deviceName: HOSTILE,
  roles: [HOSTILE, 'staff'],
  accountName: HOSTILE,
  accountId: '01a2295a-a2c1-7a0b-8d0f-7b1e6a3f4c55',
  askedBy: 'employee-service',
  at: '2026-01-31T23:59:59.000Z',
}

for (const purpose of LINK_PURPOSES) {
  t.test(`the mail of ${purpose} has its link and no other, as text and as HTML`, async (t) => {
    const { subject, text, html } = linkMails[purpose](link, facts)
    t.match(subject, /Latchkey/)
    t.match(text, '2026-02-01 12:00 UTC')
    t.same(
      linkify.match(text)?.map((match) => match.url),
      [url],
    )
    t.same(
      [...html.matchAll(/href="([^"]*)"/g)].map(([, target]) => target),
      [url],
    )
    t.notMatch(html.replaceAll(url, ''), /<(?:img|script|style|link|iframe)|https?:|evil\.example|@/)
  })
}

for (const kind of NOTICES) {
  t.test(`the notice ${kind} has no link, as text and as HTML`, async (t) => {
    const { subject, text, html } = notices[kind](facts, 'Latchkey')
    t.match(subject, /Latchkey/)
    t.notMatch(subject, /[\r\n]/)
    t.equal(linkify.match(text), null)
    t.notMatch(html, /<a|href=|<img|<script|https?:|evil\.example|@/)
    t.match(text, 'Time: 2026-01-31 23:59 UTC')
  })
}

t.test('the inviter stands in the invitation', async (t) => {
  const { text, html } = linkMails.invitation(link, { inviterName: 'Zoë O’Hara' })
  t.match(text, /^Invited by: Zoë O’Hara$/m)
  t.match(html, '<p>Invited by: Zoë O’Hara</p>')
  t.notMatch(linkMails.invitation(link, {}).text, /Invited by/)
})

t.test(
  'a reset that follows an undo says that the old password is void, and any other one that it stays',
  async (t) => {
    const { text, html } = linkMails.password_reset(link, { afterUndo: true })
    for (const body of [text, html]) {
      t.match(body, 'was undone. Your old password no longer works: choose a new one.')
      t.notMatch(body, /stays as it is|was requested/)
    }
    const asked = linkMails.password_reset(link, {}).text
    t.match(asked, 'your password stays as it is')
    t.notMatch(asked, /undone|no longer works/)
  },
)

t.test('a notice names the device, the roles or the account', async (t) => {
  t.match(notices.new_device({ deviceName: 'Firefox on Debian' }, 'Latchkey').text, /^Device: Firefox on Debian$/m)
  t.match(notices.roles_changed({ roles: ['staff', 'hr'] }, 'Latchkey').text, 'are now: staff, hr.')
  t.match(notices.roles_changed({ roles: [] }, 'Latchkey').text, 'has no role any more')
  const { text } = notices.disabling_refused({ ...facts, accountName: 'Zoë O’Hara' }, 'Latchkey')
  t.match(text, /^Account: Zoë O’Hara$/m)
  t.match(text, /^Id: 01a2295a-a2c1-7a0b-8d0f-7b1e6a3f4c55$/m)
  t.match(text, /^Asked by: employee-service$/m)
})
