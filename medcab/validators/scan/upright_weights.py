"""Weights of :mod:`medcab.validators.scan.upright`; written by
``benchmarks/accuracy/train_upright.py``: (shape, scale, signed bytes in base 85).
"""

from __future__ import annotations

from typing import Final

LAYERS: Final = (
    (
        (101, 24),
        0.008148197113998293,
        (
            "+6~409~vSX3o-f&2HW@=58vzf?G6qk*5vd83m7#46($AX?9dnh`~&I32<-",
            "<D{WUcUBL^4@3iIUG{0aN<{p>F1<Ma~&?-",
            "lhp4CMO!_V3)+|NFrj`UFiH_V^*&D(SB!`snEn_yFqD{M@lA=_em00Tc}lDaf!NAlkhT>j?De(g4o|{|F!k`",
            "4t8J4FV_?3eVjK`}6es)dk-",
            "G7YQL23<4he7!)1$1?#C97W4=Q?EgGE90t`IB<}?480P8M4kOeHIR@$n1`RtM0P?~NNbB{$0Sy}b?>of{7SH",
            "AUBpECB_0!4u1qA}z$_?fIQ1%QK{UP($2*DZ;?dAgX$s6W1{_Y3{H1PKb2P*B`^77UbASK%a1sf6v(-",
            "#ORGVJ{e6#5zR%=6vt4-",
            "z>U9t`>y<pSvy`_$ka4B+Va*v!n|^8`Q@5$Fc|5G%AZ{`vp^;RpKi_2&1*>D)Hv1@9jT10LQd|NRB~<Pad*^",
            "$GII>-",
            "iV*2MrSz84x2S3cCvv{p<DO0R9v9)&%+@)b%+DIR+6R0OIf%B=8CG3I8hu5&8fE2ktKhH6|hu4F&)H|MU(3A",
            "?-BtA^-*k0{QU-3Mc|0_A4L>68-",
            "xE|LRNQ3&`CM0s{`x;u;YHOBW3<8tdif7Qqh*0pI)f)KKmr;5q>uHtPBNIp^#A4fyf|2QJkoP9G95%@6P;J;",
            ")XB4=N5C=K0GL{~{YB7bEc`-",
            "2*2bKjPyC5E=_2^4Z}A_{SJ086xoB<^dlYFAwzd<Ok^I4j1m+)VlA?6af^@;t?J^20P>3!~Y@P1r7%R?(`Au",
            "Ioc8W6%+9|1@hDy_uUHZ3nl^p5+BkZ?%nMBAuap$?&;YA58Mpd3;pl!^#B1A>(}5NDi#<6{_X(_3H|03^b-",
            "X2Akgm<&i@Yp8tvff&E(J55)kkEukaNaAQ;C2!2k;1@+<ES1QXZqEa?#p3ef@%5cU4*_#yia=^Y^P-",
            "|pB4HT&-",
            "v75nrN{|w>tAvXai*$4<K?9dV4;R*Kd0uSpE?e@ev2_X3j3?3Q)=K%@m+&RnA7s3Ac<q*#o{0RZp-2pT65-",
            "Z{I68`ihA_Y0@;PVK&I_B)q#T5uN1x*pO*7flUE-",
            "~*R1Ntw>Ro3+iA^g)NzDfkX>FNIEDD~Jf^b6$*12GH@Dk#<S$mS8`3(yG*@CM8r7VFaL>-",
            "+!=As6KV(#`k`5%CT8>>(5^2=w6XvF8Wh4gm4X;_K@Y5-",
            "$Y<6!!oG9rfH5+b7u=<@+M<903p7^3mod0{1co5A#Ld5Ah=u@Yo~Uwk{;=2kZ47;vo7B83-",
            "2^=HC?o3(pessn#Uh_yhwKA>$?!^$rR$0t*4pK(zY%x(X=a_X_#5?)F9W`vv*}=lB`C_0%uaz7`ei1R4ep?)",
            "E3_)#w}9BIqFN=e`cz{0U0Gxe)i_01&A2?FJ^j673xhJgp?x$s|F`=kWfg2Ib814@w&(`5_kZ9Io&D(*y|5E",
            "ZXMy@Y(DFA{ibc0t*A{)yW#L-r?cv782tl^&|o%F6{#Lt^w-",
            "|+VS=C6Vnp`{~aCmAO`v&5cwGS*T%;$3I8zS0S)}-2gmOi2nqb}3K$jTA`~bh54R!p-",
            "6b8;9Nyq7{sAZN3k)3*7tH(?<gO#o_Ank3Aod;=-",
            "~ulL69yJJ<_GM`@y#c`>th)a4EW^Txcx#a0@o`1`6lS0^WHSr;}RDm)Z`lQ*y<`3?(YlgGzH-",
            "E&e;pB_ah?;xFPWo!QbD{?Ex~tL-",
            "*n*;?x4Z^f&VV^a1JX<pTZsBRwka4I}8W>9{YX>k<y~583Lx1PuG}1OiDks3Fg)=FAng$LkpWChsfr2IB$>M",
            "(rQ(tn29W;|nhH_txn+{Sg8dC=Tcn_}neW=8V`E6Xg>Z74_cVCGYb7<^<aA8zdw9Gw2Ei?)L;76CUF&2+-",
            "&U<pA2t`U(&X^4tX@|LP3;HWbhk>FDkI>oE5l8qVT91@#N)HSrG#FBs+m><RVJ<oM+4zTMIt*eV^mGvzVm4F",
            "T5>&F1##`R5S`?j_^3I4uYm6!p#cJpbwYw<7zU{tGzx9P`4WDFqcN0~PAmF7XBk>=NSF_!kBL^$XC?2`$;@1",
            "{l)>Dazyx4KE`G;|J^F7V!=3)eY+F2@S{}80yXF3J&-",
            "O1m*7aH5W87ytC`;^c52c3FPDZ2k`*+?CIq=`wBJ~>a+h45B2*K{R;aNHO2A($ua@v;{F95`}^Yl8$AvhDn#",
            "`D8_E9_=nmrs91;}<66*XYBntQj8880^7uMww5(v59A@k@M?9vVK7YEn>^&Har{t5RhC)4Ew;RWJM_zW8EDI",
            "(h86BF<z;R5y{C=B}a+z8>kL>eFU5F7OR2iXApxD@XQJ0k8B03FoaCmKLP+W-",
            "9&1M?~H;Vk$K^%fWU_xt<T_!$rt`7_uK8|@?&IW!P13;GQi6zdf6-",
            "2n6Q{W``M1sgCEJ2C|N>i_KWCF~d$*!TDbFdz^d{SPVv2j=YxH2vch<^1(Z=i)Kd9QqIt`tl+I>=6Fs4OY|r",
            "{xakL=l2@<A`Brm|0)g(1rz!pIw;-",
            "h|2Xvc@A(z`Bn=7j5GoQSAMOwkIRNV3EdAjF?gtwe$@$Im`8pXd3m57OIP((M@CVZf6cG9b1v|<F_wyhz(%|",
            "|WEFKT|_YlVMB-R?-;|}Wo@97RA@B0!(6$J<N-|@ooBk&CQ;tuck=ic}b-yi-",
            "g{SO`U_z%_e%@E~0<qQD~>h2p587&Yr9Q7gq_SoY69wQR_EBN^D?hp(oCo}=)0NVfR7To9~@D%*o^d=4c3=b",
            "aa@Bs`CKl$ko(+VLQ11>q}F8az40sjch;S%h@B1QG(^C;>g`qDzuNbvR~*ZjKHBqi$60x8-",
            "1`%mQ*=IJde><PXR1oGqVE-ml|4=2^%HZbiS;Q1Xh(g?y00v|sQ>hA9p1_tB<CLp*D^!@}L`_8!h@AnG={pb",
            "iV93$}Z0WE<7{UQ<O$@$|2`uY?z74{J`0y+ly5fjDa2nz1u$qEDd^cMsk`UCeW5BCxf*6Y0d;S&oF(i{j0|0",
            "Ey!^#}4I48tbz)w}8P2;}u2`WXr9^(x#0`VrvY9?%#H_59}tGWQGl4-",
            "^~nG}9&H3iSiq8}Ic2*e3cS7$Vj1Ak5#k!8qg3ECmSC_4}jn5Jb;7?!oNJ",
        ),
    ),
    (
        (24,),
        0.002695334473932822,
        ("5y>pJ<N689_RH<|&R6CI=qo@Df8GJ{",),
    ),
    (
        (24, 4),
        0.011931572373457782,
        (
            "B;c&!-",
            "8jo32x!gd)C}lI^%<EBywE8Q`zND9lqL!D7R)Ar2A4b~8WaQZFgTjot3Dwo%<Xd8E|QX02gAce5yC6+G7aUw",
            "wJ{qmFu^h>JK7(pxn3>0J0Im8;L{jk",
        ),
    ),
    (
        (4,),
        0.0011274389863952876,
        ("X9pmG",),
    ),
)
