package mailbox

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// authSession asks for a name and a password before it takes mail.
type authSession struct {
	*session
	proven bool
}

func (s *authSession) Mail(from string, o *smtp.MailOptions) error {
	s.session.needAuth = !s.proven
	return s.session.Mail(from, o)
}

func (s *authSession) AuthMechanisms() []string { return s.box.config.Mechanisms }

func (s *authSession) Auth(mechanism string) (sasl.Server, error) {
	if !slices.Contains(s.box.config.Mechanisms, mechanism) {
		return nil, smtp.ErrAuthUnknownMechanism
	}
	check := func(user, password string) error {
		if user != s.box.config.User || password != s.box.config.Password {
			return smtp.ErrAuthFailed
		}
		s.proven = true
		return nil
	}
	switch mechanism {
	case sasl.Plain:
		return sasl.NewPlainServer(func(_, user, password string) error { return check(user, password) }), nil
	case "LOGIN":
		return &login{check: check}, nil
	case "CRAM-MD5":
		return &cram{session: s}, nil
	}
	return nil, smtp.ErrAuthUnknownMechanism
}

// login is the server's side of LOGIN: two questions.
type login struct {
	check func(user, password string) error
	user  *string
}

func (l *login) Next(response []byte) (challenge []byte, done bool, err error) {
	switch {
	case response == nil:
		return []byte("Username:"), false, nil
	case l.user == nil:
		user := string(response)
		l.user = &user
		return []byte("Password:"), false, nil
	}
	return nil, true, l.check(*l.user, string(response))
}

// cram is the server's side of CRAM-MD5 (RFC 2195).
type cram struct {
	session   *authSession
	challenge string
}

func (c *cram) Next(response []byte) (challenge []byte, done bool, err error) {
	if c.challenge == "" {
		c.challenge = fmt.Sprintf("<%s@mailbox.invalid>", rand.Text())
		return []byte(c.challenge), false, nil
	}
	config := c.session.box.config
	mac := hmac.New(md5.New, []byte(config.Password))
	mac.Write([]byte(c.challenge))
	user, digest, _ := strings.Cut(string(response), " ")
	if user != config.User || !hmac.Equal([]byte(digest), []byte(hex.EncodeToString(mac.Sum(nil)))) {
		return nil, true, smtp.ErrAuthFailed
	}
	c.session.proven = true
	return nil, true, nil
}
