package mailer_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"html/template"
	"log"
	"strings"
	"time"

	"bode.example/mailer"
	"bode.example/mailer/mailertest"
)

// A letter is compiled once and merged for each recipient. Marks stand for the merge fields while
// templates run; here in a header field, in plain text and in HTML.
func ExampleDraft_Compile() {
	marker, err := mailer.NewMarker(rand.Reader, "greeting", "unsubscribe_url")
	if err != nil {
		log.Fatal(err)
	}
	greeting, leave := marker.Mark("greeting"), marker.Mark("unsubscribe_url")

	list := mailer.ListHeaders{Name: "Nieuws", ID: "nieuws.bode.example", UnsubscribeURL: leave}
	header, err := list.Fields(marker)
	if err != nil {
		log.Fatal(err)
	}
	var page strings.Builder
	tmpl := template.Must(template.New("").Parse(`<p>{{.Greeting}}</p><p><a href="{{.Leave}}">Afmelden</a></p>`))
	if err := tmpl.Execute(&page, struct{ Greeting, Leave string }{greeting, leave}); err != nil {
		log.Fatal(err)
	}

	draft := mailer.Draft{
		From:    mailer.Address{Name: "Bode", Addr: "nieuws@bode.example"},
		Subject: "Vijf berichten over de raad",
		Header:  header,
		Text:    greeting + "\n\nAfmelden: " + leave + "\n",
		HTML:    page.String(),
	}
	letter, err := draft.Compile(marker)
	if err != nil {
		log.Fatal(err)
	}

	message, err := letter.Append(nil, &mailer.Recipient{
		To:        mailer.Address{Name: "Zoë", Addr: "zoe@lezer.example"},
		MessageID: "e12.7f3a@bode.example",
		Date:      time.Date(2026, 11, 23, 8, 0, 0, 0, time.FixedZone("", 3600)),
		Values:    []string{"Beste <Zoë>,", "https://bode.example/u/x1?a=1&b=2"},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.ReplaceAll(string(message), "\r\n", "\n"))
	// Output:
	// Date: Mon, 23 Nov 2026 08:00:00 +0100
	// Message-ID: <e12.7f3a@bode.example>
	// To: =?utf-8?q?Zo=C3=AB?= <zoe@lezer.example>
	// From: Bode <nieuws@bode.example>
	// Subject: Vijf berichten over de raad
	// List-Id: Nieuws <nieuws.bode.example>
	// List-Unsubscribe: <https://bode.example/u/x1?a=1&b=2>
	// List-Unsubscribe-Post: List-Unsubscribe=One-Click
	// Auto-Submitted: auto-generated
	// MIME-Version: 1.0
	// Content-Type: multipart/alternative;
	//  boundary="=_cb77803f3d0ddbf13bbbfaff"
	//
	// --=_cb77803f3d0ddbf13bbbfaff
	// Content-Type: text/plain; charset=utf-8
	// Content-Transfer-Encoding: quoted-printable
	//
	// Beste <Zo=C3=AB>,
	//
	// Afmelden: https://bode.example/u/x1?a=3D1&b=3D2
	//
	// --=_cb77803f3d0ddbf13bbbfaff
	// Content-Type: text/html; charset=utf-8
	// Content-Transfer-Encoding: quoted-printable
	//
	// <p>Beste &lt;Zo=C3=AB&gt;,</p><p><a href=3D"https://bode.example/u/x1?a=3D1=
	// &amp;b=3D2">Afmelden</a></p>
	//
	// --=_cb77803f3d0ddbf13bbbfaff--
}

// Messages go out over kept connections, and an error says what to do about it.
func ExamplePool_Send() {
	peer, err := mailertest.Start(mailertest.Script{
		StartTLS: true, User: "bode", Password: "geheim",
		Answer: mailertest.Refuse("550 5.1.1 <weg@lezer.example> is unknown here", "weg@lezer.example"),
	})
	if err != nil {
		log.Fatal(err)
	}
	defer peer.Close()

	config, err := mailer.ParseURL(strings.Replace(peer.URL(), "//", "//bode@", 1)) // smtp://bode@127.0.0.1:…
	if err != nil {
		log.Fatal(err)
	}
	config.Password = "geheim"
	config.RootCAs = peer.RootCAs() // the test server signs for itself
	config.PerSecond = 100
	pool, err := mailer.NewPool(config)
	if err != nil {
		log.Fatal(err)
	}
	defer pool.Close(context.Background())

	message := []byte("From: <nieuws@bode.example>\r\nSubject: Hallo\r\n\r\nHallo.\r\n")
	for _, to := range []string{"jan@lezer.example", "weg@lezer.example"} {
		receipt, err := pool.Send(context.Background(), mailer.Envelope{From: "b+k3x@bode.example", To: to}, message)
		var failed *mailer.SendError
		switch {
		case err == nil:
			fmt.Println("sent:", receipt.Code, receipt.Reply)
		case errors.As(err, &failed) && failed.Uncertain:
			fmt.Println("may have arrived; the same Message-ID makes a second copy harmless")
		case errors.As(err, &failed) && failed.Kind == mailer.KindRecipient:
			fmt.Println("this address takes no mail:", failed.Enhanced, failed.Reply)
		case errors.As(err, &failed) && failed.Temporary():
			fmt.Println("later:", failed.RetryAfter)
		default:
			fmt.Println("stop and look:", err)
		}
	}
	fmt.Println(len(peer.Messages()), "message over", peer.Connections(), "connection")
	// Output:
	// sent: 250 queued as 1-1
	// this address takes no mail: 5.1.1 <recipient> is unknown here
	// 1 message over 1 connection
}

// A message is signed last, as it will be sent. The records go into DNS.
func ExampleSigner_Sign() {
	private, err := rsa.GenerateKey(rand.Reader, 2048) // or mailer.LoadKey("dkim.pem")
	if err != nil {
		log.Fatal(err)
	}
	seed := make([]byte, ed25519.SeedSize)
	signer, err := mailer.NewSigner("bode.example",
		mailer.Key{Selector: "r2026", Private: private},
		mailer.Key{Selector: "e2026", Private: ed25519.NewKeyFromSeed(seed)},
	)
	if err != nil {
		log.Fatal(err)
	}
	message := []byte("From: <nieuws@bode.example>\r\nSubject: Hallo\r\n\r\nHallo.\r\n")
	signed, err := signer.Sign(nil, message)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.Count(string(signed), "DKIM-Signature:"), "signatures")
	fmt.Println(signer.Records()[1].Zone())
	// Output:
	// 2 signatures
	// e2026._domainkey.bode.example. IN TXT ( "v=DKIM1; k=ed25519; p=O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik=" )
}

// The address form says what the envelope will hold.
func ExampleParseAddr() {
	for _, addr := range []string{"Jan@Bücher.example", "jan@localhost", "jan..piet@lezer.example"} {
		fmt.Println(mailer.ParseAddr(addr))
	}
	// Output:
	// Jan@xn--bcher-kva.example <nil>
	//  address can't be used: the domain has no dot
	//  address can't be used: a dot stands first, last or beside another dot before the @
}
