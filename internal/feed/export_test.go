package feed

import (
	"crypto/tls"
	"crypto/x509"
)

// Trust makes a client accept a certificate for internal feeds.
func Trust(c *Client, certificate *x509.Certificate) {
	pool := x509.NewCertPool()
	pool.AddCert(certificate)
	c.inside.TLSClientConfig = &tls.Config{RootCAs: pool}
}

// Unharmed is for tests.
var Unharmed = unharmed
