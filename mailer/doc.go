// Package mailer writes form letters, signs them and sends them over SMTP, one message a person.
package mailer
