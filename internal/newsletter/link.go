package newsletter

// LinkAnswer is what came of looking where a link leads.
type LinkAnswer string

// The answers.
const (
	LinkOK          LinkAnswer = "ok"
	LinkInsecure    LinkAnswer = "insecure"    // it ends at plain http, which anybody on the way can change
	LinkGone        LinkAnswer = "gone"        // 404 or 410: there is nothing there
	LinkNoHost      LinkAnswer = "no_host"     // there is no such server
	LinkUnreadable  LinkAnswer = "unreadable"  // no address of a page at all
	LinkPrivate     LinkAnswer = "private"     // not on the public internet
	LinkCertificate LinkAnswer = "certificate" // browsers will warn of it
	LinkFailing     LinkAnswer = "failing"     // no answer, or one of a fault; a moment later it may do
	LinkClosed      LinkAnswer = "closed"      // it asks who we are, or lets no program in: readers may be let in
)
