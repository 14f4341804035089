import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Security;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.ASN1UTCTime;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.bouncycastle.asn1.cms.Time;
import org.bouncycastle.asn1.esf.CompleteRevocationRefs;
import org.bouncycastle.asn1.esf.CrlIdentifier;
import org.bouncycastle.asn1.esf.CrlListID;
import org.bouncycastle.asn1.esf.CrlOcspRef;
import org.bouncycastle.asn1.esf.CrlValidatedID;
import org.bouncycastle.asn1.esf.ESFAttributes;
import org.bouncycastle.asn1.esf.OcspIdentifier;
import org.bouncycastle.asn1.esf.OcspListID;
import org.bouncycastle.asn1.esf.OcspResponsesID;
import org.bouncycastle.asn1.esf.OtherHash;
import org.bouncycastle.asn1.esf.OtherHashAlgAndValue;
import org.bouncycastle.asn1.esf.RevocationValues;
import org.bouncycastle.asn1.ess.ESSCertIDv2;
import org.bouncycastle.asn1.ess.SigningCertificateV2;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.BasicOCSPResponse;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.rosstandart.RosstandartObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CertificateList;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuerSerial;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.DefaultSignedAttributeTableGenerator;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.SignerInformationStore;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jce.spec.ECNamedCurveGenParameterSpec;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.DigestCalculator;
import org.bouncycastle.operator.DigestCalculatorProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.bouncycastle.tsp.TimeStampToken;
import org.bouncycastle.tsp.TimeStampTokenGenerator;
import org.bouncycastle.util.CollectionStore;
import org.bouncycastle.util.Store;

/**
 * A peer for the forms of TS 101 733: signatures made, and ours read, with Bouncy Castle alone.
 *
 * <p>Usage: java -cp JARS OldForms.java OUT OURS. Writes OUT/ALGORITHM/CASE.der with its own
 * authorities, and OUT/ours.txt, a line a file of OURS: its name, a tab, what was found.
 */
public final class OldForms {
    static final Date NOW = Date.from(Instant.parse("2026-11-21T12:00:00Z"));
    static final long DAY = 86_400_000L;
    static final byte[] DATA = "Диплом о высшем образовании №1".getBytes(StandardCharsets.UTF_8);
    static final byte[] FOREIGN_DATA = "Другой документ".getBytes(StandardCharsets.UTF_8);
    static final ASN1ObjectIdentifier ATS_V3 = new ASN1ObjectIdentifier("0.4.0.1733.2.4");
    static final ASN1ObjectIdentifier INDEX_V1 = new ASN1ObjectIdentifier("0.4.0.1733.2.5");
    static final ASN1ObjectIdentifier SIGNATURE_STAMP = PKCSObjectIdentifiers.id_aa_signatureTimeStampToken;
    static final ASN1ObjectIdentifier POLICY = new ASN1ObjectIdentifier("1.2.643.7.7.7.1");
    static final DigestCalculatorProvider DIGESTS = digests();

    static DigestCalculatorProvider digests() {
        Security.addProvider(new BouncyCastleProvider());
        try {
            return new JcaDigestCalculatorProviderBuilder().setProvider("BC").build();
        } catch (Exception error) {
            throw new IllegalStateException(error);
        }
    }

    static Date days(long count) {
        return new Date(NOW.getTime() + count * DAY);
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream made = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            made.writeBytes(part);
        }
        return made.toByteArray();
    }

    /** A key with its certificate. */
    record Holder(PrivateKey key, X509CertificateHolder certificate) {
        byte[] der() throws IOException {
            return certificate.getEncoded();
        }
    }

    /** One family of algorithms with a root, an authority under it, a signer and two time-stampers. */
    static final class World {
        final String name;
        final String signing;
        final AlgorithmIdentifier digest;
        final Holder root;
        final Holder issuing;
        final Holder impostor;
        final Holder signer;
        final Holder soon;
        final Holder late;
        final Holder responder;
        final Holder stranger;
        long serial = 1000;
        /** Whether time-stamps hold the certificate of their authority. */
        boolean withCertificate = true;

        World(String name) throws Exception {
            this.name = name;
            switch (name) {
                case "rsa" -> {
                    signing = "SHA256withRSA";
                    digest = new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256);
                }
                case "ec" -> {
                    signing = "SHA256withECDSA";
                    digest = new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256);
                }
                case "gost256" -> {
                    signing = "GOST3411-2012-256WITHECGOST3410-2012-256";
                    digest = new AlgorithmIdentifier(
                        RosstandartObjectIdentifiers.id_tc26_gost_3411_12_256);
                }
                default -> {
                    signing = "GOST3411-2012-512WITHECGOST3410-2012-512";
                    digest = new AlgorithmIdentifier(
                        RosstandartObjectIdentifiers.id_tc26_gost_3411_12_512);
                }
            }
            root = certify("Root", null, "authority", 7300, null);
            issuing = certify("Issuing", root, "authority", 7300, null);
            impostor = certify("Issuing", null, "authority", 7300, null);
            signer = certify("Signer", issuing, "signer", 180, null);
            soon = certify("TSA soon", issuing, "stamping", 730, KeyPurposeId.id_kp_timeStamping);
            late = certify("TSA late", issuing, "stamping", 3650, KeyPurposeId.id_kp_timeStamping);
            responder = certify("Responder", issuing, "ocsp", 730, KeyPurposeId.id_kp_OCSPSigning);
            stranger = certify("No responder", issuing, "signer", 730, null);
        }

        KeyPair pair() throws Exception {
            KeyPairGenerator maker;
            switch (name) {
                case "rsa" -> {
                    maker = KeyPairGenerator.getInstance("RSA", "BC");
                    maker.initialize(2048);
                }
                case "ec" -> {
                    maker = KeyPairGenerator.getInstance("EC", "BC");
                    maker.initialize(new ECGenParameterSpec("P-256"));
                }
                default -> {
                    maker = KeyPairGenerator.getInstance("ECGOST3410-2012", "BC");
                    String set = name.equals("gost256")
                        ? "Tc26-Gost-3410-12-256-paramSetA" : "Tc26-Gost-3410-12-512-paramSetA";
                    maker.initialize(new ECNamedCurveGenParameterSpec(set), new SecureRandom());
                }
            }
            return maker.generateKeyPair();
        }

        Holder certify(String common, Holder maker, String purpose, int end, KeyPurposeId extended)
                throws Exception {
            KeyPair pair = pair();
            X500Name subject = new X500Name("C=RU,O=Peer " + name + ",CN=" + common);
            boolean authority = purpose.equals("authority");
            X500Name issuer = maker == null ? subject : maker.certificate.getSubject();
            JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                issuer, BigInteger.valueOf(++serial), days(authority ? -1800 : -300), days(end),
                subject, pair.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            int usage = authority ? KeyUsage.keyCertSign | KeyUsage.cRLSign
                : purpose.equals("signer") ? KeyUsage.digitalSignature | KeyUsage.nonRepudiation
                : KeyUsage.digitalSignature;
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
            builder.addExtension(Extension.subjectKeyIdentifier, false,
                ids.createSubjectKeyIdentifier(pair.getPublic()));
            if (maker != null) {
                builder.addExtension(Extension.authorityKeyIdentifier, false,
                    ids.createAuthorityKeyIdentifier(maker.certificate));
            }
            if (extended != null) {
                builder.addExtension(Extension.extendedKeyUsage, purpose.equals("stamping"),
                    new ExtendedKeyUsage(extended));
            }
            if (purpose.equals("ocsp")) {
                builder.addExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nocheck, false,
                    DERNull.INSTANCE);
            }
            return new Holder(pair.getPrivate(),
                builder.build(contentSigner(maker == null ? pair.getPrivate() : maker.key)));
        }

        ContentSigner contentSigner(PrivateKey key) throws Exception {
            return new JcaContentSignerBuilder(signing).setProvider("BC").build(key);
        }

        byte[] hash(byte[]... parts) throws Exception {
            return hash(digest, parts);
        }

        static byte[] hash(AlgorithmIdentifier algorithm, byte[]... parts) throws Exception {
            DigestCalculator made = DIGESTS.get(algorithm);
            try (var stream = made.getOutputStream()) {
                for (byte[] part : parts) {
                    stream.write(part);
                }
            }
            return made.getDigest();
        }

        X509CRLHolder crl(Holder authority, BigInteger revoked) throws Exception {
            X509v2CRLBuilder builder = new X509v2CRLBuilder(
                authority.certificate.getSubject(), days(0));
            builder.setNextUpdate(days(7));
            builder.addExtension(Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(++serial)));
            builder.addExtension(Extension.authorityKeyIdentifier, false,
                new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(
                    authority.certificate.getSubjectPublicKeyInfo()));
            if (revoked != null) {
                builder.addCRLEntry(revoked, days(-10), 1);
            }
            return builder.build(contentSigner(authority.key));
        }

        BasicOCSPResp ocsp(Holder maker, Holder about) throws Exception {
            AlgorithmIdentifier sha1 = new AlgorithmIdentifier(OIWObjectIdentifiers.idSHA1,
                DERNull.INSTANCE);
            BasicOCSPRespBuilder builder =
                new BasicOCSPRespBuilder(new RespID(maker.certificate.getSubject()));
            Extensions cutoff = new Extensions(new Extension(
                OCSPObjectIdentifiers.id_pkix_ocsp_archive_cutoff, false,
                new ASN1GeneralizedTime(days(-4000)).getEncoded()));
            CertificateID id = new CertificateID(DIGESTS.get(name.startsWith("gost") ? digest : sha1),
                issuing.certificate, about.certificate.getSerialNumber());
            builder.addResponse(id, CertificateStatus.GOOD, days(0), days(1), cutoff);
            return builder.build(contentSigner(maker.key),
                new X509CertificateHolder[] {maker.certificate}, days(0));
        }

        CMSSignedData sign(boolean attached, X509CertificateHolder... certificates)
                throws Exception {
            ASN1EncodableVector attributes = new ASN1EncodableVector();
            attributes.add(new Attribute(CMSAttributes.signingTime, new DERSet(new Time(NOW))));
            ESSCertIDv2 named = new ESSCertIDv2(digest, hash(signer.der()), issuerSerial(signer));
            attributes.add(new Attribute(PKCSObjectIdentifiers.id_aa_signingCertificateV2,
                new DERSet(new SigningCertificateV2(new ESSCertIDv2[] {named}))));
            CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
            generator.addSignerInfoGenerator(new JcaSignerInfoGeneratorBuilder(DIGESTS)
                .setSignedAttributeGenerator(
                    new DefaultSignedAttributeTableGenerator(new AttributeTable(attributes)))
                .build(contentSigner(signer.key), signer.certificate));
            List<X509CertificateHolder> all = new ArrayList<>(List.of(signer.certificate));
            all.addAll(Arrays.asList(certificates));
            generator.addCertificates(new CollectionStore<>(all));
            return generator.generate(new CMSProcessableByteArray(DATA), attached);
        }

        IssuerSerial issuerSerial(Holder holder) {
            return new IssuerSerial(
                new GeneralNames(new GeneralName(holder.certificate.getIssuer())),
                new ASN1Integer(holder.certificate.getSerialNumber()));
        }

        byte[] stamp(Holder authority, Date when, AlgorithmIdentifier algorithm, byte[]... parts)
                throws Exception {
            return token(authority, when, algorithm, hash(algorithm, parts)).getEncoded("DER");
        }

        TimeStampToken token(Holder authority, Date when, AlgorithmIdentifier algorithm,
                byte[] imprint) throws Exception {
            ASN1EncodableVector attributes = new ASN1EncodableVector();
            attributes.add(new Attribute(CMSAttributes.signingTime, new DERSet(new Time(when))));
            TimeStampTokenGenerator generator = new TimeStampTokenGenerator(
                new JcaSignerInfoGeneratorBuilder(DIGESTS)
                    .setSignedAttributeGenerator(
                        new DefaultSignedAttributeTableGenerator(new AttributeTable(attributes)))
                    .build(contentSigner(authority.key), authority.certificate),
                DIGESTS.get(digest), POLICY);
            generator.setAccuracySeconds(1);
            generator.addCertificates(new CollectionStore<>(
                List.of(authority.certificate)));
            TimeStampRequestGenerator asking = new TimeStampRequestGenerator();
            asking.setCertReq(withCertificate);
            TimeStampRequest request =
                asking.generate(algorithm.getAlgorithm(), imprint, BigInteger.TEN);
            return generator.generate(request, BigInteger.valueOf(++serial), when);
        }

        OtherHash otherHash(AlgorithmIdentifier algorithm, byte[] data) throws Exception {
            byte[] hashed = hash(algorithm, data);
            if (algorithm.getAlgorithm().equals(OIWObjectIdentifiers.idSHA1)) {
                return new OtherHash(hashed);  // an octet string alone
            }
            return new OtherHash(new OtherHashAlgAndValue(algorithm, new DEROctetString(hashed)));
        }
    }

    /** How a signature differs from a right one; the builder of every form. */
    static final class Plan {
        final World world;
        AlgorithmIdentifier referenceDigest;
        boolean attached;
        boolean stampOverContent;
        boolean references = true;
        boolean values = true;
        boolean issuingValue = true;
        boolean listOfRoot = true;
        boolean wrongReference;
        boolean wrongListReference;
        boolean wrongAnswerReference;
        boolean issuerSerials = true;
        boolean valuesInSignedData;
        /** The certificate of the time-stamper lies in its token alone, as a value there. */
        boolean valuesInToken;
        BasicOCSPResp answer;
        X509CRLHolder list;
        Date stamped = days(0);
        CMSSignedData cms;

        Plan(World world) throws Exception {
            this.world = world;
            referenceDigest = world.digest;
            answer = world.ocsp(world.responder, world.signer);
            list = world.crl(world.issuing, null);
        }

        SignerInformation signer() {
            return cms.getSignerInfos().getSigners().iterator().next();
        }

        Plan add(ASN1ObjectIdentifier name, ASN1Encodable value) {
            SignerInformation signer = signer();
            AttributeTable before = signer.getUnsignedAttributes();
            ASN1EncodableVector all =
                before == null ? new ASN1EncodableVector() : before.toASN1EncodableVector();
            all.add(new Attribute(name, new DERSet(value)));
            cms = CMSSignedData.replaceSigners(cms, new SignerInformationStore(
                SignerInformation.replaceUnsignedAttributes(signer, new AttributeTable(all))));
            return this;
        }

        Plan addToken(ASN1ObjectIdentifier name, byte[] token) throws IOException {
            return add(name, ASN1Sequence.getInstance(token));
        }

        Plan sign() throws Exception {
            cms = valuesInSignedData
                ? world.sign(attached, world.issuing.certificate, world.root.certificate)
                : world.sign(attached);
            return this;
        }

        Plan stampSignature() throws Exception {
            byte[] over = stampOverContent ? DATA : signer().getSignature();
            byte[] token = world.stamp(world.soon, stamped, world.digest, over);
            return addToken(SIGNATURE_STAMP, valuesInToken ? withValues(token) : token);
        }

        byte[] withValues(byte[] token) throws Exception {
            CMSSignedData whole = new CMSSignedData(token);
            SignerInformation stamper = whole.getSignerInfos().getSigners().iterator().next();
            ASN1EncodableVector unsigned = new ASN1EncodableVector();
            unsigned.add(new Attribute(ESFAttributes.certValues, new DERSet(
                new DERSequence(world.soon.certificate.toASN1Structure()))));
            unsigned.add(new Attribute(ESFAttributes.revocationValues, new DERSet(
                new RevocationValues(null, new BasicOCSPResponse[] {BasicOCSPResponse.getInstance(
                    world.ocsp(world.responder, world.soon).getEncoded())}, null))));
            return CMSSignedData.replaceSigners(whole, new SignerInformationStore(
                SignerInformation.replaceUnsignedAttributes(stamper, new AttributeTable(unsigned))))
                .getEncoded("DER");
        }

        Plan refer() throws Exception {
            ASN1EncodableVector certificates = new ASN1EncodableVector();
            for (Holder each : List.of(world.issuing, world.root, world.soon, world.responder)) {
                byte[] der = each.der();
                if (wrongReference && each == world.issuing) {
                    der = join(der, new byte[1]);
                }
                OtherHash hash = world.otherHash(referenceDigest, der);
                certificates.add(issuerSerials
                    ? new DERSequence(new ASN1Encodable[] {hash, world.issuerSerial(each)})
                    : new DERSequence(hash));
            }
            add(ESFAttributes.certificateRefs, new DERSequence(certificates));
            OcspResponsesID one = new OcspResponsesID(
                new OcspIdentifier(answer.getResponderId().toASN1Primitive(),
                    new ASN1GeneralizedTime(answer.getProducedAt())),
                world.otherHash(referenceDigest, wrongAnswerReference
                    ? join(answer.getEncoded(), new byte[1]) : answer.getEncoded()));
            CrlOcspRef ofSigner = new CrlOcspRef(
                new CrlListID(new CrlValidatedID[] {validated(list)}),
                new OcspListID(new OcspResponsesID[] {one}), null);
            X509CRLHolder rootList = rootList();
            CrlOcspRef ofIssuing = new CrlOcspRef(
                new CrlListID(new CrlValidatedID[] {validated(rootList)}), null, null);
            CrlOcspRef none = new CrlOcspRef(null, null, null);
            return add(ESFAttributes.revocationRefs, new CompleteRevocationRefs(
                new CrlOcspRef[] {ofSigner, ofIssuing, none}));
        }

        private X509CRLHolder rootList;

        X509CRLHolder rootList() throws Exception {
            if (rootList == null) {
                rootList = world.crl(world.root, null);
            }
            return rootList;
        }

        CrlValidatedID validated(X509CRLHolder crl) throws Exception {
            byte[] der = crl.getEncoded();
            if (wrongListReference) {
                der = join(der, new byte[1]);
            }
            OtherHash hash = world.otherHash(referenceDigest, der);
            if (!issuerSerials) {
                return new CrlValidatedID(hash);
            }
            CertificateList list = crl.toASN1Structure();
            BigInteger number = CRLNumber.getInstance(
                list.getTBSCertList().getExtensions().getExtensionParsedValue(Extension.cRLNumber))
                .getCRLNumber();
            return new CrlValidatedID(hash, new CrlIdentifier(list.getIssuer(),
                new ASN1UTCTime(list.getThisUpdate().getDate()), number));
        }

        Plan hold() throws Exception {
            ASN1EncodableVector certificates = new ASN1EncodableVector();
            certificates.add(world.signer.certificate.toASN1Structure());
            if (issuingValue) {
                certificates.add(world.issuing.certificate.toASN1Structure());
            }
            certificates.add(world.root.certificate.toASN1Structure());
            if (!valuesInToken) {
                certificates.add(world.soon.certificate.toASN1Structure());
            }
            certificates.add(world.responder.certificate.toASN1Structure());
            add(ESFAttributes.certValues, new DERSequence(certificates));
            List<CertificateList> lists = new ArrayList<>(List.of(list.toASN1Structure()));
            if (listOfRoot) {
                lists.add(rootList().toASN1Structure());
            }
            return add(ESFAttributes.revocationValues, new RevocationValues(
                lists.toArray(new CertificateList[0]),
                new BasicOCSPResponse[] {BasicOCSPResponse.getInstance(answer.getEncoded())}, null));
        }

        /** C, or X Long without its time-stamp. */
        Plan complete() throws Exception {
            sign().stampSignature();
            if (references) {
                refer();
            }
            return values ? hold() : this;
        }

        byte[] attribute(ASN1ObjectIdentifier name) throws IOException {
            Attribute found = signer().getUnsignedAttributes().get(name);
            return join(found.getAttrType().getEncoded("DER"), found.getAttrValues().getEncoded("DER"));
        }

        byte[][] overCades() throws IOException {
            return new byte[][] {signer().getSignature(), attribute(SIGNATURE_STAMP),
                attribute(ESFAttributes.certificateRefs), attribute(ESFAttributes.revocationRefs)};
        }

        byte[][] overReferences() throws IOException {
            return new byte[][] {attribute(ESFAttributes.certificateRefs),
                attribute(ESFAttributes.revocationRefs)};
        }

        Plan esc(Date when, byte[]... parts) throws Exception {
            return addToken(ESFAttributes.escTimeStamp,
                world.stamp(world.late, when, world.digest, parts));
        }

        Plan typeOne() throws Exception {
            return esc(days(0), overCades());
        }

        Plan typeTwo() throws Exception {
            return addToken(ESFAttributes.certCRLTimestamp,
                world.stamp(world.late, days(0), world.digest, overReferences()));
        }

        /** TS 101 733, 6.4.1: everything in the order of SignedData, the document after its place. */
        byte[][] overArchive(boolean content) throws IOException {
            SignedData signed = SignedData.getInstance(cms.toASN1Structure().getContent());
            List<byte[]> parts = new ArrayList<>();
            parts.add(signed.getEncapContentInfo().getEncoded("DER"));
            if (content && !attached) {
                parts.add(DATA);
            }
            parts.add(new DERTaggedObject(false, 0, signed.getCertificates()).getEncoded("DER"));
            if (signed.getCRLs() != null) {
                parts.add(new DERTaggedObject(false, 1, signed.getCRLs()).getEncoded("DER"));
            }
            SignerInfo info = signer().toASN1Structure();
            parts.addAll(fixed(info));
            parts.add(new DERTaggedObject(false, 1, info.getUnauthenticatedAttributes())
                .getEncoded("DER"));
            return parts.toArray(new byte[0][]);
        }

        static List<byte[]> fixed(SignerInfo info) throws IOException {
            return List.of(
                info.getVersion().getEncoded("DER"), info.getSID().getEncoded("DER"),
                info.getDigestAlgorithm().getEncoded("DER"),
                new DERTaggedObject(false, 0, info.getAuthenticatedAttributes()).getEncoded("DER"),
                info.getDigestEncryptionAlgorithm().getEncoded("DER"),
                info.getEncryptedDigest().getEncoded("DER"));
        }

        Plan archiveTwo(boolean content) throws Exception {
            return addToken(ESFAttributes.archiveTimestampV2,
                world.stamp(world.late, days(0), world.digest, overArchive(content)));
        }

        /** TS 101 733 V2.2.1, 6.4.2 and 6.4.3: a time-stamp with its hash index (of the first kind). */
        Plan archiveThree(boolean named, boolean wrongIndex) throws Exception {
            SignedData signed = SignedData.getInstance(cms.toASN1Structure().getContent());
            ASN1EncodableVector index = new ASN1EncodableVector();
            AlgorithmIdentifier inside = named ? world.digest
                : new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256);
            if (named) {
                index.add(inside);
            }
            index.add(hashes(inside, signed.getCertificates(), false));
            index.add(hashes(inside, signed.getCRLs(), false));
            index.add(hashes(inside,
                signer().toASN1Structure().getUnauthenticatedAttributes(), wrongIndex));
            ASN1Sequence made = new DERSequence(index);
            List<byte[]> parts = new ArrayList<>();
            parts.add(signed.getEncapContentInfo().getContentType().getEncoded("DER"));
            parts.add(world.hash(DATA));
            parts.addAll(fixed(signer().toASN1Structure()));
            parts.add(made.getEncoded("DER"));
            CMSSignedData token = world.token(world.late, days(0), world.digest,
                world.hash(parts.toArray(new byte[0][]))).toCMSSignedData();
            SignerInformation stamper = token.getSignerInfos().getSigners().iterator().next();
            ASN1EncodableVector unsigned = new ASN1EncodableVector();
            unsigned.add(new Attribute(INDEX_V1, new DERSet(made)));
            CMSSignedData whole = CMSSignedData.replaceSigners(token, new SignerInformationStore(
                SignerInformation.replaceUnsignedAttributes(stamper, new AttributeTable(unsigned))));
            return addToken(ATS_V3, whole.getEncoded("DER"));
        }

        static DERSequence hashes(AlgorithmIdentifier algorithm, ASN1Set set, boolean wrong)
                throws Exception {
            ASN1EncodableVector made = new ASN1EncodableVector();
            if (set != null) {
                for (ASN1Encodable each : set) {
                    byte[] der = each.toASN1Primitive().getEncoded("DER");
                    made.add(new DEROctetString(World.hash(algorithm,
                        wrong ? join(der, new byte[1]) : der)));
                }
            }
            return new DERSequence(made);
        }

        byte[] der() throws IOException {
            return cms.getEncoded("DER");
        }
    }

    static Map<String, byte[]> cases(World world) throws Exception {
        Map<String, byte[]> made = new LinkedHashMap<>();
        Plan plan = new Plan(world);
        plan.valuesInSignedData = true;
        made.put("b", plan.sign().der());
        made.put("b-ber", plan.cms.getEncoded("BER"));
        plan.attached = true;
        made.put("b-attached-ber", plan.sign().cms.getEncoded("BER"));
        plan.attached = false;
        made.put("t", plan.sign().stampSignature().der());
        plan.values = false;
        made.put("c", plan.complete().der());
        made.put("x1", plan.complete().typeOne().der());
        made.put("x2", plan.complete().typeTwo().der());

        plan = new Plan(world);
        made.put("xl", plan.complete().der());
        made.put("xl1", plan.complete().typeOne().der());
        made.put("xl1-ber", plan.cms.getEncoded("BER"));
        made.put("xl2", plan.complete().typeTwo().der());
        made.put("a2", plan.complete().typeOne().archiveTwo(true).der());
        made.put("a3-v1", plan.complete().typeOne().archiveThree(true, false).der());
        made.put("a3-v1-unnamed", plan.complete().typeOne().archiveThree(false, false).der());
        plan.attached = true;
        made.put("xl1-attached", plan.complete().typeOne().der());
        made.put("a2-attached", plan.complete().typeOne().archiveTwo(true).der());

        plan = new Plan(world);
        plan.referenceDigest = new AlgorithmIdentifier(OIWObjectIdentifiers.idSHA1);
        made.put("xl1-sha1-references", plan.complete().typeOne().der());
        plan = new Plan(world);
        plan.issuerSerials = false;
        made.put("xl1-no-issuer-serial", plan.complete().typeOne().der());
        plan = new Plan(world);
        world.withCertificate = false;
        plan.complete();
        world.withCertificate = true;
        made.put("xl1-bare-stamp", plan.typeOne().der());
        plan = new Plan(world);
        plan.valuesInToken = true;
        world.withCertificate = false;
        plan.complete();
        world.withCertificate = true;
        made.put("xl1-values-in-token", plan.typeOne().der());
        plan = new Plan(world);
        plan.references = false;
        made.put("values-alone", plan.complete().der());

        // One part wrong.
        plan = new Plan(world);
        plan.wrongReference = true;
        made.put("wrong-certificate-reference", plan.complete().typeOne().der());
        plan = new Plan(world);
        plan.wrongListReference = true;
        made.put("wrong-list-reference", plan.complete().typeOne().der());
        plan = new Plan(world);
        plan.wrongAnswerReference = true;
        made.put("wrong-answer-reference", plan.complete().typeOne().der());
        plan = new Plan(world);
        plan.wrongReference = true;
        plan.issuerSerials = false;
        made.put("wrong-bare-reference", plan.complete().typeOne().der());
        plan = new Plan(world);
        plan.issuingValue = false;
        made.put("certificate-missing", plan.complete().typeOne().der());
        plan = new Plan(world);
        plan.listOfRoot = false;
        made.put("list-missing", plan.complete().typeOne().der());
        plan = new Plan(world);
        plan.stampOverContent = true;
        made.put("stamp-over-content", plan.complete().typeOne().der());
        plan = new Plan(world).complete();
        made.put("x1-without-signature", plan.esc(days(0), plan.attribute(SIGNATURE_STAMP),
            plan.attribute(ESFAttributes.certificateRefs),
            plan.attribute(ESFAttributes.revocationRefs)).der());
        plan = new Plan(world).complete();
        made.put("x1-swapped", plan.esc(days(0), plan.signer().getSignature(),
            plan.attribute(SIGNATURE_STAMP), plan.attribute(ESFAttributes.revocationRefs),
            plan.attribute(ESFAttributes.certificateRefs)).der());
        plan = new Plan(world).complete();
        made.put("x2-over-everything", plan.addToken(ESFAttributes.certCRLTimestamp,
            world.stamp(world.late, days(0), world.digest, plan.overCades())).der());
        Plan other = new Plan(world).complete();
        plan = new Plan(world).complete();
        made.put("x1-copied", plan.esc(days(0), other.overCades()).der());
        plan = new Plan(world);
        plan.stamped = days(1);
        made.put("x1-older", plan.complete().typeOne().der());
        made.put("a2-without-content", new Plan(world).complete().archiveTwo(false).der());
        plan = new Plan(world).complete().archiveTwo(true);
        made.put("a2-added-after", plan.add(ESFAttributes.certValues,
            new DERSequence(world.impostor.certificate.toASN1Structure())).der());
        made.put("a3-wrong-index", new Plan(world).complete().archiveThree(true, true).der());
        plan = new Plan(world);
        plan.answer = world.ocsp(world.impostor, world.signer);
        plan.list = world.crl(world.impostor, null);
        made.put("foreign-revocation", plan.complete().typeOne().der());
        plan = new Plan(world);
        plan.answer = world.ocsp(world.stranger, world.signer);
        plan.list = world.crl(world.impostor, null);
        made.put("answer-of-no-responder", plan.complete().typeOne().der());
        plan = new Plan(world);
        plan.answer = world.ocsp(world.responder, world.stranger);
        plan.list = world.crl(world.impostor, null);
        made.put("answer-about-another", plan.complete().typeOne().der());
        plan = new Plan(world);
        plan.list = world.crl(world.issuing, world.signer.certificate.getSerialNumber());
        made.put("revoked", plan.complete().typeOne().der());
        return made;
    }

    static String read(Path file, byte[] content) {
        try {
            return file.toString().endsWith(".p12")
                ? readKeys(Files.readAllBytes(file)) : readSignature(Files.readAllBytes(file), content);
        } catch (Exception error) {
            return "error " + error;
        }
    }

    static String readKeys(byte[] data) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12", "BC");
        store.load(new java.io.ByteArrayInputStream(data), "Пароль1".toCharArray());
        StringBuilder said = new StringBuilder();
        for (String alias : java.util.Collections.list(store.aliases())) {
            if (store.isKeyEntry(alias)) {
                X509Certificate certificate = (X509Certificate) store.getCertificate(alias);
                PrivateKey key = (PrivateKey) store.getKey(alias, "Пароль1".toCharArray());
                Signature signing = Signature.getInstance(
                    key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA", "BC");
                signing.initSign(key);
                signing.update(DATA);
                byte[] value = signing.sign();
                signing.initVerify(certificate.getPublicKey());
                signing.update(DATA);
                said.append("key ").append(signing.verify(value)).append(" chain ")
                    .append(store.getCertificateChain(alias).length);
            }
        }
        return said.toString();
    }

    static String readSignature(byte[] data, byte[] content) throws Exception {
        CMSSignedData signed = new CMSSignedData(data);
        boolean attached = signed.getSignedContent() != null;
        if (!attached) {
            signed = new CMSSignedData(new CMSProcessableByteArray(content), data);
        } else {
            content = (byte[]) signed.getSignedContent().getContent();
        }
        StringBuilder said = new StringBuilder();
        for (SignerInformation signer : signed.getSignerInfos().getSigners()) {
            said.append("signature ").append(verify(signer, signed.getCertificates()));
            AttributeTable unsigned = signer.getUnsignedAttributes();
            if (unsigned == null) {
                continue;
            }
            Attribute first = unsigned.get(SIGNATURE_STAMP);
            if (first != null) {
                TimeStampToken token = token(first);
                said.append("; stamp ").append(Arrays.equals(
                    token.getTimeStampInfo().getMessageImprintDigest(),
                    World.hash(token.getTimeStampInfo().getHashAlgorithm(), signer.getSignature())))
                    .append(' ').append(validate(token));
            }
            Attribute archive = unsigned.get(ATS_V3);
            if (archive != null) {
                TimeStampToken token = token(archive);
                AlgorithmIdentifier algorithm = token.getTimeStampInfo().getHashAlgorithm();
                SignerInformation stamper =
                    token.toCMSSignedData().getSignerInfos().getSigners().iterator().next();
                ASN1Encodable index = stamper.getUnsignedAttributes()
                    .get(new ASN1ObjectIdentifier("0.4.0.19122.1.5")).getAttrValues().getObjectAt(0);
                List<byte[]> parts = new ArrayList<>();
                parts.add(new ASN1ObjectIdentifier(signed.getSignedContentTypeOID())
                    .getEncoded("DER"));
                parts.add(World.hash(algorithm, content));
                parts.addAll(Plan.fixed(signer.toASN1Structure()));
                parts.add(index.toASN1Primitive().getEncoded("DER"));
                said.append("; archive ").append(Arrays.equals(
                    token.getTimeStampInfo().getMessageImprintDigest(),
                    World.hash(algorithm, parts.toArray(new byte[0][]))))
                    .append(' ').append(validate(token))
                    .append(" index ").append(indexed(index, signed, unsigned));
            }
        }
        return said.toString();
    }

    /** EN 319 122-1, 5.5.2: every hash of the index is that of something that is there. */
    static boolean indexed(ASN1Encodable index, CMSSignedData signed, AttributeTable unsigned)
            throws Exception {
        ASN1Sequence parts = ASN1Sequence.getInstance(index);
        AlgorithmIdentifier algorithm = AlgorithmIdentifier.getInstance(parts.getObjectAt(0));
        SignedData whole = SignedData.getInstance(signed.toASN1Structure().getContent());
        List<List<byte[]>> there = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (int place = 0; place < 2; place++) {
            ASN1Set set = place == 0 ? whole.getCertificates() : whole.getCRLs();
            if (set != null) {
                for (ASN1Encodable each : set) {
                    there.get(place).add(World.hash(algorithm, each.toASN1Primitive().getEncoded("DER")));
                }
            }
        }
        for (Attribute each : unsigned.toASN1Structure().getAttributes()) {
            for (ASN1Encodable value : each.getAttrValues()) {
                there.get(2).add(World.hash(algorithm, each.getAttrType().getEncoded("DER"),
                    value.toASN1Primitive().getEncoded("DER")));
            }
        }
        int count = 0;
        for (int place = 0; place < 3; place++) {
            for (ASN1Encodable each : ASN1Sequence.getInstance(parts.getObjectAt(place + 1))) {
                byte[] wanted = ASN1OctetString.getInstance(each).getOctets();
                count++;
                if (there.get(place).stream().noneMatch(hash -> Arrays.equals(hash, wanted))) {
                    return false;
                }
            }
        }
        return count > 3;
    }

    static TimeStampToken token(Attribute attribute) throws Exception {
        return new TimeStampToken(new CMSSignedData(
            attribute.getAttrValues().getObjectAt(0).toASN1Primitive().getEncoded("DER")));
    }

    @SuppressWarnings("unchecked")
    static X509CertificateHolder certificateOf(SignerInformation signer,
            Store<X509CertificateHolder> held) {
        return (X509CertificateHolder) held.getMatches(signer.getSID()).iterator().next();
    }

    static boolean verify(SignerInformation signer, Store<X509CertificateHolder> held)
            throws Exception {
        try {
            return signer.verify(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC")
                .build(new JcaX509CertificateConverter().setProvider("BC")
                    .getCertificate(certificateOf(signer, held)).getPublicKey()));
        } catch (CMSException error) {
            return false;  // such as: message-digest attribute value does not match
        }
    }

    static String validate(TimeStampToken token) throws Exception {
        X509CertificateHolder found = (X509CertificateHolder)
            token.getCertificates().getMatches(token.getSID()).iterator().next();
        try {
            token.validate(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(found));
            return "valid";
        } catch (TSPException error) {
            return "invalid";
        }
    }

    public static void main(String[] arguments) throws Exception {
        Path out = Path.of(arguments[0]);
        for (String name : List.of("rsa", "ec", "gost256", "gost512")) {
            Path folder = Files.createDirectories(out.resolve(name));
            World world = new World(name);
            Files.write(folder.resolve("root.cer"), world.root.der());
            Files.write(folder.resolve("issuing.cer"), world.issuing.der());
            Files.write(folder.resolve("issuing.crl"), world.crl(world.issuing, null).getEncoded());
            Files.write(folder.resolve("root.crl"), world.crl(world.root, null).getEncoded());
            for (Map.Entry<String, byte[]> each : cases(world).entrySet()) {
                Files.write(folder.resolve(each.getKey() + ".der"), each.getValue());
            }
        }
        StringBuilder said = new StringBuilder();
        try (var files = Files.list(Path.of(arguments[1]))) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                said.append(name).append('\t').append(read(file, DATA)).append('\n');
                if (!name.endsWith(".p12") && !name.contains("attached")) {
                    said.append(name).append("-changed\t").append(read(file, FOREIGN_DATA)).append('\n');
                }
            }
        }
        Files.writeString(out.resolve("ours.txt"), said.toString());
    }
}
