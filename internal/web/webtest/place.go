package webtest

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http/httptest"

	"github.com/chromedp/chromedp"
)

// At is an option of Open: hosts of a pattern, such as *.noord.example, are found at a test server with
// TLS. Of that server the browser believes the certificate; of all others only what it would anyway.
func At(hosts string, server *httptest.Server) chromedp.ExecAllocatorOption {
	key := sha256.Sum256(server.Certificate().RawSubjectPublicKeyInfo)
	return func(a *chromedp.ExecAllocator) {
		chromedp.Flag("host-resolver-rules", "MAP "+hosts+" "+server.Listener.Addr().String())(a)
		chromedp.Flag("ignore-certificate-errors-spki-list", base64.StdEncoding.EncodeToString(key[:]))(a)
	}
}

// Reads is an option of Open: the language that the reader's browser asks for, such as nl.
func Reads(language string) chromedp.ExecAllocatorOption {
	return chromedp.Flag("accept-lang", language)
}
